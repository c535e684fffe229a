"""A pause that says how long it still is, second by second."""

import asyncio
import math
from collections.abc import AsyncGenerator

from qwen_lsp.model.chat import Waiting


async def pause(seconds: float, what: str) -> AsyncGenerator[Waiting, None]:
    """Says `what` comes next, in how many seconds, until then; at once where there are none."""
    if seconds <= 0:
        yield Waiting(what)
    while seconds > 0:
        yield Waiting(f"{what} in {math.ceil(seconds)} s")
        step = seconds - math.ceil(seconds) + 1
        await asyncio.sleep(step)
        seconds -= step
