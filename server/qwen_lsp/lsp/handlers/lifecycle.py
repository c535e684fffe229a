"""`initialize`, `initialized`, `shutdown`, settings, and the cancelling of progress."""

import logging
import sys

from lsprotocol import types

from ...settings.settings import SECTION
from ..client.capabilities import entry
from ..session import Session

log = logging.getLogger(__name__)


def initialize(session: Session, params: types.InitializeParams) -> None:
    """Learns who the client is and what it sends at once."""
    session.editor.meet(params)
    python, name = sys.version.partition(" ")[0], session.editor.name
    log.info("qwen-lsp %s (Python %s, %s): %s", session.server.version, python, sys.platform, name)
    sent = session.configuration.sent
    sent.are_users = session.editor.announces("userSettings")
    session.configuration.take(sent.greet(params.initialization_options))


async def initialized(session: Session, _: types.InitializedParams) -> None:
    """Asks for the settings, and to be told when they change."""
    session.status.begin()
    await session.ask_for_settings()
    await _ask_to_be_told(session)


async def did_change_configuration(
    session: Session, params: types.DidChangeConfigurationParams
) -> None:
    """Reads the settings anew: asks for them where it can, else takes what was sent."""
    if session.editor.has_settings:
        await session.ask_for_settings()
    else:
        session.configuration.take(session.configuration.sent.pushed(params.settings))
        await session.credentials.look()


async def workspace_trust(session: Session, params: object) -> None:
    """The editor's own trust in what is open was given or taken away."""
    trusted = entry(params, "trusted")
    if isinstance(trusted, bool):
        session.trust.editor_says(trusted=trusted)
        await session.credentials.look()


async def shutdown(session: Session, _: None) -> None:
    """Stops all jobs before the answer: after it nothing more is written."""
    await session.stop()
    await session.originals.settle()


def cancel_progress(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """The user has cancelled what a progress stands for."""
    session.jobs.stop_by_token(params.token)
    session.sign_ins.stop_by_token(params.token)
    session.set_ups.stop_by_token(params.token)
    session.diagnosing.stop_by_token(params.token)


async def _ask_to_be_told(session: Session) -> None:
    if session.editor.registers_configuration:
        registration = types.Registration(
            "qwen-configuration", types.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": SECTION}
        )
        await session.editor.register(registration)
