"""One action from the model to the document, with a model that says what the test wants."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from typing import Any

import pytest

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.actions.reply.placing import Placing, placing_of
from qwen_lsp.actions.selection import Selection
from qwen_lsp.errors import UNEXPECTED, ReplyCut
from qwen_lsp.model.chat import Message, Piece, Request, Text, Thought, Usage
from qwen_lsp.perform import (
    ALL_THOUGHT,
    EMPTY,
    Ended,
    NoTarget,
    Outcome,
    ReplyEnd,
    ReplyTarget,
    perform,
)

ACTIONS = {action.id: action for action in builtin_actions()}
REQUEST = Request((Message("user", "?"),), model="m")
USAGE = Usage(7, 0, 5, 0)


class Model:
    """Says its pieces; an exception among them is raised, None waits for ever."""

    def __init__(self, *pieces: Piece | Exception | None) -> None:
        self.pieces = pieces
        self.was_begun = self.is_closed = False

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        assert request is REQUEST
        self.was_begun = True
        try:
            for piece in self.pieces:
                if piece is None:
                    await asyncio.Event().wait()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
        finally:
            self.is_closed = True


class RecordingTarget(NoTarget):
    """A target that keeps what was asked of it, and ends when the test or the reply says so."""

    def __init__(self, end: ReplyEnd | None = None) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.early_end = end

    def extend(self, lines: Iterable[str]) -> None:
        self.asked += lines

    def finish(self) -> None:
        self.asked.append("[finish]")
        super().finish()

    def keep(self) -> None:
        self.asked.append("[keep]")
        super().finish()

    def restore(self) -> None:
        self.asked.append("[restore]")
        super().finish()

    async def end(self) -> ReplyEnd:
        return self.early_end or await super().end()


class Reader:
    """Keeps what it is shown; ∎ is its end, ✂ an end that came too early."""

    def __init__(self) -> None:
        self.shown = ""

    def add(self, markdown: str) -> None:
        self.shown += markdown

    def done(self, *, cut: bool) -> None:
        self.shown += "✂" if cut else "∎"


def placing(action: str = "refactor") -> Placing:
    selection = Selection("a.c", "c", (), ("a();", "b();"), ("}",))
    return placing_of(ACTIONS[action], selection)


async def performed(
    model: Model,
    target: ReplyTarget,
    *,
    reader: Reader | None = None,
    action: str = "refactor",
    keeps: bool = False,
) -> Outcome:
    return await perform(
        REQUEST,
        placing(action),
        model=model,
        reader=reader or Reader(),
        target=target,
        keeps_on_stop=lambda: keeps,
    )


async def stopped(model: Model, target: ReplyTarget, **options: Any) -> Outcome:
    """The outcome when it is stopped as soon as the model says no more, and once more."""
    job = asyncio.create_task(performed(model, target, **options))
    await asyncio.sleep(0.01)
    job.cancel()
    await asyncio.sleep(0)
    job.cancel()
    return await job


CODE = Text("```c\nif (a) {\n\n  b();\n}\n")
"""Its last line is held back: it could be the one that follows the selection."""


async def test_a_reply_that_comes_whole() -> None:
    model, target = Model(Thought("hm"), CODE, Text("```\n"), USAGE), RecordingTarget()
    assert await performed(model, target) == Outcome("done", "", USAGE)
    assert target.asked == ["if (a) {", "", "  b();", "}", "[finish]"]
    assert model.is_closed


async def test_an_answer_is_shown_and_the_page_left_alone() -> None:
    target, reader = RecordingTarget(), Reader()
    said = Text("I can't see what to change here.\n")
    assert (await performed(Model(said), target, reader=reader)).ended == "answered"
    assert target.asked == ["[restore]"]
    assert reader.shown == "I can't see what to change here.∎"


async def test_an_empty_reply_fails() -> None:
    target = RecordingTarget()
    assert await performed(Model(Text(" \n")), target) == Outcome("failed", EMPTY)
    assert target.asked == ["[restore]"]


@pytest.mark.parametrize(
    "said",
    [
        (Thought("Hm."), Text("\n\n")),
        (Text("<think>\nHm.\n</think>\n\n"),),
        (Text("\n<"), Text("thi"), Text("nk>\nHm."), Text(" So.")),
    ],
)
async def test_a_reply_that_was_all_thinking_is_said_to_be_so(said: tuple[Any, ...]) -> None:
    target = RecordingTarget()
    assert await performed(Model(*said), target) == Outcome("failed", ALL_THOUGHT)
    assert target.asked == ["[restore]"]


@pytest.mark.parametrize(("keeps", "asked"), [(False, ["[restore]"]), (True, ["}", "[keep]"])])
@pytest.mark.parametrize("last", [None, ReplyCut("It broke off.")])
async def test_what_is_held_comes_out_only_where_it_stays(
    last: Exception | None, keeps: bool, asked: list[str]
) -> None:
    model, target = Model(CODE, USAGE, last), RecordingTarget()
    play = performed if last else stopped
    outcome = await play(model, target, keeps=keeps)
    failed = Outcome("failed", "It broke off.", USAGE)
    assert outcome == (failed if last else Outcome("stopped", "", USAGE))
    assert target.asked == ["if (a) {", "", "  b();", *asked]
    assert model.is_closed


@pytest.mark.parametrize("last", [None, ReplyCut("It broke off.")])
async def test_a_reader_hears_that_nothing_more_comes(last: Exception | None) -> None:
    reader = Reader()
    play = performed if last else stopped
    model = Model(Text("Adds\nup"), last)
    assert (await play(model, NoTarget(), reader=reader, action="explain")).ended != "done"
    assert reader.shown == "Adds\nup\n✂"


async def test_a_fault_of_ours_ends_the_job_and_gives_the_page_back() -> None:
    fault, target = ZeroDivisionError(), RecordingTarget()
    outcome = await performed(Model(CODE, fault), target)
    assert outcome == Outcome("failed", UNEXPECTED, None, fault)
    assert target.asked[-1] == "[restore]"


async def test_a_reader_that_fails_is_a_fault_too() -> None:
    class Broken(Reader):
        def done(self, *, cut: bool) -> None:
            if not cut:
                raise ZeroDivisionError

    model = Model(Text("Adds up.\n"))
    outcome = await performed(model, NoTarget(), reader=Broken(), action="explain")
    assert (outcome.ended, outcome.message) == ("failed", UNEXPECTED)


@pytest.mark.parametrize("ended", ["takenOver", "stopped", "failed"])
async def test_a_page_that_ends_early_stops_the_model(ended: Ended) -> None:
    model, target = Model(CODE, None), RecordingTarget(ReplyEnd(ended, "why"))
    assert await performed(model, target) == Outcome(ended, "why")
    assert not model.was_begun or model.is_closed


async def test_who_stops_a_reply_that_is_whole_has_it_whole() -> None:
    class Late(Reader):
        def done(self, *, cut: bool) -> None:
            super().done(cut=cut)
            job.cancel()

    reader = Late()
    said = Model(Text("Adds up.\n"))
    job = asyncio.create_task(performed(said, NoTarget(), reader=reader, action="explain"))
    assert (await job).ended == "done"
    assert reader.shown == "Adds up.\n∎"
