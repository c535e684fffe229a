"""Performs one action: asks the model, and puts its reply where it belongs as it comes.

Knows nothing of LSP: where the reply goes is a `ReplyTarget`, who reads prose is a `Reader`.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from .actions.reply.placing import Placing
from .errors import UNEXPECTED, QwenError
from .model.chat import Piece, Request, Text, Thought, Usage, Waiting

Ended = Literal["done", "answered", "stopped", "failed", "takenOver"]

EMPTY = "The model sent an empty reply; try again, or choose another model."
ALL_THOUGHT = (
    "All of the reply went into the model's thinking; set qwen.thinking to off, or, where it is, "
    "choose another model with qwen.model."
)
STOPPED_WITHIN = 1.0
"""Seconds in which a stopped job ends, whatever the editor does."""
_THINK = "<think>"
"""What thinking begins with that a service takes for a reply."""


class Model(Protocol):
    """What answers. Closing the iterator stops it."""

    def stream(self, request: Request) -> AsyncGenerator[Piece]: ...


@dataclass(frozen=True)
class ReplyEnd:
    """Why a target is written no more; `ended` is done where all that was asked for is in it."""

    ended: Ended
    message: str = ""


class ReplyTarget(Protocol):
    """A region of a document that a reply is written to."""

    def extend(self, lines: Iterable[str]) -> None: ...
    def finish(self) -> None: ...
    def keep(self) -> None: ...
    def restore(self) -> None: ...
    async def end(self) -> ReplyEnd: ...


class Reader(Protocol):
    """Is shown prose as it comes, in Markdown. After `done` nothing comes; `cut`: it broke off."""

    def add(self, markdown: str) -> None: ...
    def done(self, *, cut: bool) -> None: ...


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
    target: ReplyTarget,
    keeps_on_stop: Callable[[], bool],
    says: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Performs one action. What goes wrong is an outcome; nothing is raised.

    Cancelling it stops the job, and what has to be put back is back before it returns. `says` is
    told what is going on, in a word or a few.
    `keeps_on_stop` is asked when it comes to that: whether what is written of the reply stays.
    """
    streaming = asyncio.create_task(_stream(request, placing, model, reader, target, says))
    closing = asyncio.create_task(target.end())
    with suppress(asyncio.CancelledError):
        await asyncio.wait({streaming, closing}, return_when=asyncio.FIRST_COMPLETED)
    if streaming.done():
        outcome = streaming.result()
    else:
        streaming.cancel()
        await _through(asyncio.wait({streaming}))
        usage = None if streaming.cancelled() else streaming.result().usage
        outcome = Outcome("stopped", "", usage)
    if outcome.ended in ("stopped", "failed"):
        _break_off(placing, reader, target, outcome, keeps=keeps_on_stop())
    else:
        _conclude(target, outcome)
    if outcome.ended != "stopped" and not await _uninterrupted(closing):
        outcome = replace(outcome, ended="stopped", message="")
        _put_back(target, keeps=keeps_on_stop())
    if outcome.ended == "stopped":
        await _through(asyncio.wait({closing}, timeout=STOPPED_WITHIN))
    if not closing.done():
        # The editor does not take the edit; what is left to do goes on without the job.
        closing.cancel()
        return outcome
    end = closing.result()
    return (
        outcome if end.ended == "done" else replace(outcome, ended=end.ended, message=end.message)
    )


async def _stream(
    request: Request,
    placing: Placing,
    model: Model,
    reader: Reader,
    target: ReplyTarget,
    says: Callable[[str], None],
) -> Outcome:
    usage: Usage | None = None
    has_thought, begun = False, ""
    try:
        async with aclosing(model.stream(request)) as pieces:
            async for piece in pieces:
                if said := _said_by(piece):
                    says(said)
                has_thought = has_thought or isinstance(piece, Thought)
                if isinstance(piece, Usage):
                    usage = piece
                elif isinstance(piece, Text):
                    begun = begun if len(begun) > len(_THINK) else (begun + piece.text).lstrip()
                    _put(placing.feed(piece.text), placing, reader, target)
        _put(placing.finish(cut=False), placing, reader, target)
        if placing.is_empty:
            is_thought = has_thought or begun.startswith(_THINK)
            return Outcome("failed", ALL_THOUGHT if is_thought else EMPTY, usage)
        return _said(placing, reader, usage)
    except asyncio.CancelledError:
        return Outcome("stopped", "", usage)
    except QwenError as error:
        return Outcome("failed", str(error), usage)
    except Exception as error:  # noqa: BLE001 - the job ends, the server goes on
        return Outcome("failed", UNEXPECTED, usage, error)


def _said_by(piece: Piece) -> str:
    """What is going on when `piece` comes; '' where it doesn't tell."""
    if isinstance(piece, Waiting):
        return piece.why
    if isinstance(piece, Thought):
        return "thinking"
    return "writing" if isinstance(piece, Text) else ""


def _put(lines: list[str], placing: Placing, reader: Reader, target: ReplyTarget) -> None:
    if not lines:
        return
    if placing.shows:
        reader.add("".join(f"{line}\n" for line in lines))
    else:
        target.extend(lines)


def _said(placing: Placing, reader: Reader, usage: Usage | None) -> Outcome:
    """The outcome of a reply that came whole."""
    if placing.is_answer:
        reader.add(placing.prose)
    if placing.is_answer or placing.shows:
        reader.done(cut=False)
    return Outcome("answered" if placing.is_answer else "done", "", usage)


def _conclude(target: ReplyTarget, outcome: Outcome) -> None:
    if outcome.ended == "done":
        target.finish()
    else:
        target.restore()


def _break_off(
    placing: Placing, reader: Reader, target: ReplyTarget, outcome: Outcome, *, keeps: bool
) -> None:
    """Ends a reply that did not come whole. Where something of ours broke, no more is asked of it.

    What is held back comes out only where it stays: nothing is written to be taken back at once.
    """
    if (keeps or placing.shows) and not outcome.fault:
        _put(placing.finish(cut=True), placing, reader, target)
    if placing.shows:
        reader.done(cut=True)
    _put_back(target, keeps=keeps)


def _put_back(target: ReplyTarget, *, keeps: bool) -> None:
    if keeps:
        target.keep()
    else:
        target.restore()


async def _uninterrupted(closing: asyncio.Task[ReplyEnd]) -> bool:
    """Waits for the end; False where the job is stopped first."""
    try:
        await asyncio.wait({closing})
    except asyncio.CancelledError:
        return False
    return True


async def _through(waiting: Awaitable[object]) -> None:
    """Waits to the end, however often the waiting is cancelled."""
    task = asyncio.ensure_future(waiting)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            continue


class NoTarget:
    """The target of a reply that is only shown."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    def extend(self, lines: Iterable[str]) -> None:
        """Nothing is written."""

    def finish(self) -> None:
        self._over.set()

    keep = restore = finish

    async def end(self) -> ReplyEnd:
        await self._over.wait()
        return ReplyEnd("done")
