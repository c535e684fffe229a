"""What each job has used goes into the totals of its day, unless its user does not want that."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from ...account.usage import count, totals
from ...errors import AccountError
from ...model.chat import Piece, Usage

if TYPE_CHECKING:
    from ...settings.settings import Settings
    from ..session import Session

log = logging.getLogger(__name__)


def counted(
    session: "Session", settings: "Settings", provider: str, pieces: Iterable[Piece]
) -> None:
    """A job has been answered with `pieces`: its usage is kept, behind what comes next."""
    if settings.usage == "keep":
        usage = [piece for piece in pieces if isinstance(piece, Usage)]
        session.spawn(_kept(provider, usage[-1] if usage else Usage()))


async def used_today() -> dict[str, dict[str, int]]:
    """Today's totals by provider; empty where none were kept."""
    try:
        days = await asyncio.to_thread(totals)
    except AccountError:
        return {}
    return {name: total.fields for name, total in days.get(_today(), {}).items()}


def told(used: dict[str, dict[str, Any]]) -> str:
    """Today's totals in a sentence with a blank before it; empty where there are none."""
    each = [
        f"{name} {total['promptTokens']:,} tokens read, {total['completionTokens']:,} written"
        for name, total in used.items()
    ]
    return f" Today: {'; '.join(each)}." if each else ""


async def _kept(provider: str, usage: Usage) -> None:
    try:
        await asyncio.to_thread(count, _today(), provider, usage)
    except AccountError as error:
        log.info("What was used is not kept: %s", error)


def _today() -> str:
    """The day as the clock on the user's wall has it."""
    return date.today().isoformat()
