"""What a picture of a document says that its user has typed, and when it passes for the truth."""

from random import Random

import pytest

from qwen_lsp.streaming.region import Ending
from qwen_lsp.text.document import Position, Span

from ..support.desk.desk import Desk
from ..support.desk.distance import distance
from ..support.desk.habits import Habits, Telling
from ..support.desk.job import Job
from ..support.desk.picture import Part, Picture, picture, typed
from ..support.desk.told import Cut


def seen(text: str) -> Picture:
    """A document in which `[` and `]` are around the rows of job 0."""
    above, _, rest = text.partition("[")
    rows, bracket, below = rest.partition("]")
    rows_of_job = [Part(0, rows)] if bracket else []
    return picture([Part(None, above), *rows_of_job, Part(None, below)])


@pytest.mark.parametrize(
    ("old", "new", "least"),
    [
        ("", "", 0), ("a", "a", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "axc", 2),
        ("a\nb\nc", "a\nc", 2), ("abcabba", "cbabac", 5), ("abcdef", "uvwxyz", 9),
    ],
)  # fmt: skip
def test_the_distance_is_the_least_that_has_to_be_typed(old: str, new: str, least: int) -> None:
    assert distance(old, new, limit=9) == least


@pytest.mark.parametrize(
    ("before", "after", "least"),
    [
        ("a\n[b]\nc", "a\nx\n[b]\nc", 2),
        ("a\n[b]\nc", "ax\n[b]\nxc", 2),
        # What the server does in the rows is not typed; nor is it how long they are.
        ("a\n[b]\nc", "a\n[new\nrows]\nc", 0),
        # The same text, but with other rows for the job's: the user has moved what is around them.
        ("[b]\nb\nc", "b\n[b]\nc", 4),
        # Where the rows are not a job's any more, all that differs in them counts.
        ("a\n[b]\nc", "a\nbx\nc", 1),
    ],
)
def test_what_was_typed_is_what_differs_beside_the_rows(
    before: str, after: str, least: int
) -> None:
    jobs = {0} if "[" in after else set()
    assert typed(seen(before), seen(after), jobs=jobs, limit=200) == least


def test_parts_that_are_beside_each_other_are_one() -> None:
    assert picture([Part(None, "a"), Part(None, ""), Part(None, "b"), Part(0, "")]) == (
        Part(None, "ab"),
        Part(0, ""),
    )


def desk_of(telling: Telling) -> tuple[Desk, Job]:
    """A desk where a job has one row and waits."""
    desk = Desk(Habits("eglot", telling), "above\nold\nbelow\n", Random(1))
    job = desk.begin(1, 2, ["new"])
    desk.clock.run(until=1)
    return desk, job


def test_rows_are_not_elsewhere_where_that_takes_more() -> None:
    desk, job = desk_of("each")
    desk.change([Cut(0, 0, "old = 1\n")])
    desk.editor.flush()
    desk.clock.run(until=2)
    job.region.span = Span(Position(0, 0), Position(0, 3))
    desk.end(job, "finish")
    assert [each.verdict for each in desk.rest()] == ["corruption", "corruption"]


def test_who_takes_a_job_over_for_nothing_is_seen() -> None:
    desk, job = desk_of("each")
    desk.change([Cut(0, 0, "typed ")])
    desk.editor.flush()
    job.region.ending = Ending.CONFLICT
    desk.clock.run(until=2)
    assert [each.verdict for each in desk.rest()] == ["early"]


def test_what_was_put_back_at_an_edge_may_be_an_undo() -> None:
    desk, job = desk_of("each")
    desk.end(job, "finish")
    desk.clock.run(until=3)
    assert job.region.ending is Ending.SETTLED
    assert not job.is_put_back
    start, _ = desk.editor.marks.span(0)
    desk.change([Cut(start, start, "old\n")])
    assert job.is_put_back
