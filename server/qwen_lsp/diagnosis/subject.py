"""The service that is looked into, and what a look at it needs."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qwen_lsp.account.keyed import Keyed, Sources
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.model.catalog.providers import Provider
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network


@dataclass(frozen=True)
class Subject:
    """A service that was chosen; `model` is empty where none is. `clock` is of the epoch."""

    provider: Provider
    account: SignedIn | Keyed
    model: str
    http: Http
    network: Network
    keys: Sources
    environ: Mapping[str, str]
    clock: Callable[[], float] = time.time
