"""`qwen.showLog`."""

import asyncio
from pathlib import Path
from typing import Any

from ...errors import RequestError
from ...log import log_file, log_folder
from ..accounts.diagnose import is_there, own_log_found
from ..arguments import Arguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


async def show_log(session: Session, call: CommandCall) -> dict[str, Any]:
    """Opens the log of this server as a document. Raises RequestError where there is none."""
    checked(Arguments, call)
    file = log_file()
    if file is None or not await asyncio.to_thread(is_there, file):
        found = await asyncio.to_thread(own_log_found, file, log_folder())
        raise RequestError(f"There is no log to show. {found.sentence} {found.way_out}")
    session.spawn(_open(session, file))
    return {"uri": file.as_uri()}


async def _open(session: Session, file: Path) -> None:
    if not await session.editor.show_document(file.as_uri()):
        session.editor.say(f"The log is in {file}.")
