"""A reply streams in while its user types in one of four editors: how often, how much, how soon."""

import random
from collections.abc import Sequence

import pytest

from qwen_lsp.lsp.writing import Ending

from .support.desk.desk import Desk
from .support.desk.habits import KINDS, TELLINGS, Habits, Kind
from .support.desk.job import Job
from .support.desk.user import User

ABOVE = "".join(f"above {number}\n" for number in range(10))
BELOW = "\n" + "".join(f"below {number}\n" for number in range(10))


def opened(kind: Kind, reply: Sequence[str], *, seconds: float) -> tuple[Desk, Job]:
    """A desk where a reply to the row `old` comes line by line."""
    habits = Habits(kind, next(iter(TELLINGS[kind])), one_by_one=kind == "neovim")
    desk = Desk(habits, ABOVE + "old" + BELOW, random.Random(1))
    job = desk.begin(10, 11, reply)
    for count in range(len(reply)):
        desk.clock.call_at(seconds * count / len(reply), lambda: desk.learn(job, 1))
    desk.clock.call_at(seconds, lambda: desk.end(job, "finish"))
    return desk, job


def types(desk: Desk, job: Job, *, every: float, until: float) -> None:
    """The user types a word below the rows, key by key."""
    user = User(desk)

    def key(origin: int) -> None:
        at = user.behind(origin)
        if at is not None and desk.clock.now < until:
            origin = user.put(at, "x")
            desk.clock.call_later(every, lambda: key(origin))

    desk.clock.call_later(every, lambda: key(user.put(user.place(job, "below", 0.5), "x")))


@pytest.mark.parametrize("kind", ["vscode", "helix"])
def test_each_line_is_written_about_once(kind: Kind) -> None:
    reply = [f"line {number} of the reply" for number in range(500)]
    desk, _ = opened(kind, reply, seconds=20)
    assert desk.rest() == []
    written = sum(len(edit.text) for send in desk.sent for edit in send.edits)
    assert written <= 1.3 * len("\n".join(reply))
    assert len(desk.sent) <= 8 * 20 + 2
    assert desk.not_made == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_arrives_whole_when_nobody_types(kind: Kind) -> None:
    desk, job = opened(kind, ["one", "two", "three"], seconds=1)
    assert desk.rest() == []
    assert (desk.editor.text, job.writing.ending) == (
        ABOVE + "one\ntwo\nthree" + BELOW,
        Ending.SETTLED,
    )


@pytest.mark.parametrize("kind", ["vscode", "helix", "neovim"])
def test_a_reply_of_two_seconds_arrives_within_three_while_its_user_types(kind: Kind) -> None:
    """200 tokens; a key every 70 ms."""
    reply = [f"line {number} of the reply" for number in range(25)]
    desk, job = opened(kind, reply, seconds=2)
    types(desk, job, every=0.07, until=5)
    desk.clock.run(until=3)
    assert job.writing.ending is Ending.SETTLED
    assert desk.rest() == []


def test_in_eglot_a_reply_arrives_when_its_user_rests() -> None:
    desk, job = opened("eglot", ["one", "two", "three"], seconds=2)
    types(desk, job, every=0.07, until=5)
    desk.clock.run(until=5)
    assert "three" not in desk.editor.text
    desk.clock.run(until=7)
    assert "\none\ntwo\nthree\n" in desk.editor.text
    assert desk.rest() == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_line_is_in_the_document_at_once(kind: Kind) -> None:
    """Where nobody types; an edit takes at most 50 ms, the rest is the wire."""
    desk, _ = opened(kind, ["one"], seconds=5)
    desk.clock.run(until=0.1)
    assert "\none\nold\n" in desk.editor.text
