"""lsprotocol's converter for clients: what a server may answer is read as what it is.

As shipped it reads every CodeAction that has a `command` as a bare Command (lsprotocol 2025.0.0).
"""

from typing import Any, get_args

import attrs
from cattrs import Converter
from lsprotocol import types

from qwen_lsp.lsp.rpc.messages import tolerant_converter


def client_converter() -> Converter:
    """A converter for pytest-lsp's and pygls' clients."""
    converter = tolerant_converter()
    result = attrs.fields(types.CodeActionResponse).result.type
    listed = next(kind for kind in get_args(result) if kind is not type(None))
    converter.register_structure_hook(
        get_args(listed)[0], lambda sent, _: converter.structure(sent, _kind(sent))
    )
    return converter


def _kind(sent: Any) -> type[types.Command] | type[types.CodeAction]:
    return types.Command if isinstance(sent.get("command"), str) else types.CodeAction
