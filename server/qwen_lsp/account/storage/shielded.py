"""Work that is finished once it has begun, whoever stops waiting for it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def finished(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`. A cancellation is raised only once the work has ended."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()
    raise cancelled


async def in_thread(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """`function` off the event loop, and never left behind in its thread."""
    return await finished(asyncio.to_thread(function, *args, **kwargs))
