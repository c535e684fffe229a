"""The pauses that services ask for: read out of headers, said in words, and made."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Mapping
from email.utils import parsedate_to_datetime

from qwen_lsp.model.chat import Waiting

LONGEST = 86_400.0
"""Seconds of the longest pause that is believed."""


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """The seconds of `retry-after-ms` or `Retry-After` (RFC 9110, 10.2.3); None without either.

    What lies in the past is no pause at all, and what can't be read was not asked for.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    return _until(value) if seconds is None else _bounded(seconds)


def asked_again(headers: Mapping[str, str]) -> bool | None:
    """What `x-should-retry` says (qwen-services, section 7); None where it says nothing."""
    said = headers.get("x-should-retry", "").strip().lower()
    return {"true": True, "false": False}.get(said)


def said_pause(seconds: float | None) -> str:
    """The pause in words; a minute, in which services forget, where none was asked for."""
    if seconds is None:
        return "a minute"
    if seconds > 90:
        minutes = math.ceil(seconds / 60)
        return f"{minutes} minutes" if minutes <= 90 else f"{math.ceil(minutes / 60)} hours"
    whole = max(math.ceil(seconds), 1)
    return "1 second" if whole == 1 else f"{whole} seconds"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(date: str) -> float | None:
    try:
        return _bounded(parsedate_to_datetime(date).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST)


async def pause(seconds: float, what: str) -> AsyncGenerator[Waiting, None]:
    """Says `what` comes next, in how many seconds, until then; at once where there are none."""
    if seconds <= 0:
        yield Waiting(what)
    while seconds > 0:
        yield Waiting(f"{what} in {math.ceil(seconds)} s")
        step = seconds - math.ceil(seconds) + 1
        await asyncio.sleep(step)
        seconds -= step
