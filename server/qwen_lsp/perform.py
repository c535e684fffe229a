"""Performs one action: asks the model, and puts its reply where it belongs as it comes.

Knows nothing of LSP: where the reply goes is a `Page`, who reads prose is a `Reader`.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from .actions.placing import Placing
from .errors import UNEXPECTED, QwenError
from .model.chat import Piece, Request, Text, Usage

Ended = Literal["done", "answered", "stopped", "failed", "takenOver"]

EMPTY = "The model sent an empty reply; try again, or choose another model."


class Model(Protocol):
    """What answers. Closing the iterator stops it."""

    def stream(self, request: Request) -> AsyncGenerator[Piece]: ...


@dataclass(frozen=True)
class PageEnd:
    """Why a page is written no more; `ended` is done where all that was asked for is in it."""

    ended: Ended
    message: str = ""


class Page(Protocol):
    """A region of a document that a reply is written to."""

    def extend(self, lines: Iterable[str]) -> None: ...
    def finish(self) -> None: ...
    def keep(self) -> None: ...
    def restore(self) -> None: ...
    async def end(self) -> PageEnd: ...


class Reader(Protocol):
    """Is shown prose as it comes, in Markdown."""

    def add(self, markdown: str) -> None: ...
    def done(self) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `fault` is set where something of ours broke."""

    ended: Ended
    message: str = ""
    usage: Usage | None = None
    fault: BaseException | None = None


async def perform(
    request: Request,
    placing: Placing,
    *,
    model: Model,
    reader: Reader,
    page: Page,
    keep_on_stop: bool,
) -> Outcome:
    """Performs one action. What goes wrong is an outcome; nothing is raised.

    Cancelling it stops the job, and what has to be put back is back before it returns.
    """
    streaming = asyncio.create_task(_stream(request, placing, model, reader, page))
    closing = asyncio.create_task(page.end())
    stopped = False
    try:
        await asyncio.wait({streaming, closing}, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        stopped = True
    if not streaming.done():
        streaming.cancel()
        await _through(asyncio.wait({streaming}))
    outcome = Outcome("stopped") if stopped or streaming.cancelled() else streaming.result()
    _conclude(page, outcome, keep_on_stop=keep_on_stop)
    await _through(asyncio.wait({closing}))
    end = closing.result()
    return (
        outcome if end.ended == "done" else replace(outcome, ended=end.ended, message=end.message)
    )


async def _stream(
    request: Request, placing: Placing, model: Model, reader: Reader, page: Page
) -> Outcome:
    usage: Usage | None = None

    def put(lines: list[str]) -> None:
        if placing.shows:
            reader.add("".join(f"{line}\n" for line in lines))
        else:
            page.extend(lines)

    try:
        async with aclosing(model.stream(request)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    usage = piece
                elif isinstance(piece, Text):
                    put(placing.feed(piece.text))
        put(placing.finish(cut=False))
    except QwenError as error:
        put(placing.finish(cut=True))
        return Outcome("failed", str(error), usage)
    except Exception as error:  # noqa: BLE001 - the job ends, the server goes on
        return Outcome("failed", UNEXPECTED, usage, error)
    return _said(placing, reader, usage)


def _said(placing: Placing, reader: Reader, usage: Usage | None) -> Outcome:
    """The outcome of a reply that came whole."""
    if placing.is_empty:
        return Outcome("failed", EMPTY, usage)
    if placing.is_answer:
        reader.add(placing.prose)
    if placing.is_answer or placing.shows:
        reader.done()
    return Outcome("answered" if placing.is_answer else "done", "", usage)


def _conclude(page: Page, outcome: Outcome, *, keep_on_stop: bool) -> None:
    if outcome.ended == "done":
        page.finish()
    elif keep_on_stop and outcome.ended in ("stopped", "failed"):
        page.keep()
    else:
        page.restore()


async def _through(waiting: Awaitable[object]) -> None:
    """Waits to the end, however often the waiting is cancelled."""
    task = asyncio.ensure_future(waiting)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            continue


class NoPage:
    """The page of a reply that is only shown."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    def extend(self, lines: Iterable[str]) -> None:
        """Nothing is written."""

    def finish(self) -> None:
        self._over.set()

    keep = restore = finish

    async def end(self) -> PageEnd:
        await self._over.wait()
        return PageEnd("done")
