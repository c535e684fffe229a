"""What each job has used goes into the totals of its day."""

import asyncio
import logging
from datetime import date
from typing import Any

from ...account.usage import count, totals
from ...errors import AccountError
from ...model.chat import Usage
from ..client.tasks import Tasks

log = logging.getLogger(__name__)


def record_usage(tasks: Tasks, provider: str, usage: Usage) -> None:
    """A service has answered a job: adds its usage to the totals, in the background."""
    tasks.spawn(_kept(provider, usage))


async def used_today() -> dict[str, dict[str, int]]:
    """Today's totals by provider; empty where none were kept."""
    try:
        days = await asyncio.to_thread(totals)
    except AccountError:
        return {}
    return {name: total.fields for name, total in days.get(_today(), {}).items()}


def usage_sentence(used: dict[str, dict[str, Any]]) -> str:
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
