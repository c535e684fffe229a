"""All that the server answers, as one table."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from lsprotocol import types

from ..model.transport.http import Http
from .documents.documents import Documents
from .handlers import (
    account,
    code_action,
    code_lens,
    diagnose,
    explanation,
    lifecycle,
    proposal,
    restore,
    run,
    select,
    set_up,
    show_log,
)
from .rpc.endpoint import Server
from .session import Session

FEATURES: Mapping[str, Callable[[Session, Any], object]] = {
    types.INITIALIZE: lifecycle.initialize,
    types.INITIALIZED: lifecycle.initialized,
    types.SHUTDOWN: lifecycle.shutdown,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: lifecycle.did_change_configuration,
    "qwen/workspaceTrust": lifecycle.workspace_trust,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: lifecycle.cancel_progress,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action.code_action,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens.code_lens,
    types.TEXT_DOCUMENT_HOVER: explanation.hover,
}

OPTIONS: Mapping[str, object] = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.Refactor], resolve_provider=False
    ),
    types.TEXT_DOCUMENT_CODE_LENS: types.CodeLensOptions(resolve_provider=False),
}

COMMANDS: Mapping[str, Callable[[Session, Any], object]] = {
    "qwen.run": run.run,
    "qwen.stop": run.stop,
    "qwen.keep": proposal.keep,
    "qwen.discard": proposal.discard,
    "qwen.retry": proposal.retry,
    "qwen.compare": proposal.compare,
    "qwen.nextChange": proposal.next_change,
    "qwen.previousChange": proposal.previous_change,
    "qwen.restore": restore.restore,
    "qwen.ask": explanation.ask,
    "qwen.openExplanation": explanation.open_explanation,
    "qwen.signIn": account.sign_in,
    "qwen.signOut": account.sign_out,
    "qwen.setUp": set_up.set_up,
    "qwen.selectProvider": select.select_provider,
    "qwen.selectModel": select.select_model,
    "qwen.showStatus": account.show_status,
    "qwen.diagnose": diagnose.diagnose,
    "qwen.showLog": show_log.show_log,
}


def create_server(
    *,
    http: Http | None = None,
    environ: Mapping[str, str] | None = None,
    command_line: Mapping[str, str] = MappingProxyType({}),
) -> Server:
    """A server that is ready to be connected. `http` and `environ` are this process's own.

    `command_line` are settings that it was started with; they go before the client's.
    """
    documents = Documents()
    server = Server("qwen-lsp", version("qwen-lsp"), documents, options=OPTIONS)
    session = Session(
        server,
        documents,
        http=http or Http(),
        environ=os.environ if environ is None else environ,
        command_line=command_line,
    )
    server.answer(
        {method: partial(handler, session) for method, handler in FEATURES.items()},
        commands={name: partial(command, session) for name, command in COMMANDS.items()},
    )
    server.on_close(session.close)
    return server
