"""What must not happen is seen when it happens: the model's own text is changed behind its back."""

from random import Random

import pytest

from qwen_lsp.streaming.region import Ending
from qwen_lsp.text.document import Edit, Position, Span

from ..support.desk.desk import Desk
from ..support.desk.habits import Habits
from ..support.desk.job import Complaint, Job
from ..support.desk.marks import Marks
from ..support.desk.pieces import USER, Hand
from ..support.desk.told import Cut
from .__main__ import Chunk, main, run

TEXT = "above\nold\nbelow\n"
OF_JOB = Hand(is_ours=True, job=0)


def settled() -> tuple[Desk, Job]:
    """A desk where a job has come to its end."""
    desk = Desk(Habits("helix"), TEXT, Random(1))
    job = desk.begin(1, 2, ["new"])
    desk.end(job, "finish")
    desk.clock.run(until=1)
    assert job.region.ending is Ending.SETTLED
    return desk, job


def at(line: int, start: int, end: int) -> Span:
    return Span(Position(line, start), Position(line, end))


def test_nothing_wrong_is_nothing_said() -> None:
    desk, _ = settled()
    desk.change([Cut(0, 0, "typed ")])
    assert desk.rest() == []
    assert desk.editor.text == "typed above\nnew\nbelow\n"


@pytest.mark.parametrize(
    "edit",
    [
        Edit(at(0, 0, 1), ""),
        Edit(at(0, 0, 0), "astray"),
        Edit(at(1, 0, 3), "late"),
        Edit(at(2, 0, 5), "other"),
    ],
)
def test_text_that_is_lost_or_astray_is_seen(edit: Edit) -> None:
    desk, _ = settled()
    desk.change([Cut(0, 0, "x")])
    desk.editor.take([edit], OF_JOB)
    assert len(desk.rest()) == 1


def test_a_job_with_other_rows_than_it_should_have_is_seen() -> None:
    _, job = settled()
    job.content = "ne"
    assert job.complaint() == ("corruption", "ended with 'ne' in its rows")


def test_a_job_that_nobody_has_taken_over_is_seen() -> None:
    _, job = settled()
    job.region.ending = Ending.CONFLICT
    assert job.complaint() == ("early", "was taken over by nobody")
    job.is_formatted = True
    assert job.complaint() == ("early", "was taken over by nobody")
    job.is_touched = True
    assert job.complaint() is None


def test_a_job_without_an_end_is_seen() -> None:
    desk = Desk(Habits("helix"), TEXT, Random(1))
    desk.begin(1, 2, ["new"])
    assert desk.rest() == [("early", "job 0 has not ended")]


def test_a_job_that_was_stopped_may_keep_only_what_it_had() -> None:
    _, job = settled()
    job.reply, job.known, job.close = ["a", "b", "c"], 2, "keep"
    job.original = ["b", "z"]
    for content, is_right in (("a\nb\nz", True), ("a\nb\nb\nz", True), ("a\nb\nc", False)):
        job.content = content
        assert (job.complaint() is None) is is_right


def test_what_is_typed_at_an_edge_is_outside_and_within_is_inside() -> None:
    for offset, inside in ((6, False), (7, True), (9, False)):
        marks = Marks(TEXT)
        marks.enclose(0, 6, 9)
        marks.change(offset, offset, "x", USER)
        assert marks.touched == ({0} if inside else set())


def test_undo_brings_back_whose_it_was() -> None:
    marks = Marks(TEXT)
    marks.enclose(0, 6, 9)
    stroke = marks.change(4, 8, "x", USER)
    assert (marks.text, marks.touched) == ("abovxd\nbelow\n", {0})
    marks.take_back(stroke)
    assert (marks.text, marks.content(0), marks.wished) == (TEXT, "old", "above\n\nbelow\n")


def test_a_run_is_the_same_again() -> None:
    assert run(Chunk("vscode", 1, 20)) == run(Chunk("vscode", 1, 20))


def test_the_report_names_the_seed_and_the_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["soak", "--only", "vscode", "--runs", "5", "--seed", "11"])
    monkeypatch.setattr("tests.soak.__main__.EXAMPLES", 0)
    assert main() == 0
    told = capsys.readouterr().out
    assert told.startswith("seed 11, 5 runs in each of vscode\n")
    assert "5 runs  0 corruptions, 0 early (SETTLED" in told
    assert told.endswith("5 runs, 0 corruptions, 0 early\n")


def test_a_run_that_goes_wrong_is_told_with_its_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Complaint("early", "is wrong")
    monkeypatch.setattr(Job, "complaint", lambda *_, **__: wrong)
    monkeypatch.setattr("sys.argv", ["soak", "--only", "helix", "--runs", "1", "--seed", "3"])
    assert main() == 1
    told = capsys.readouterr().out
    assert "python -m tests.soak --only helix --seed 3 --runs 1\n" in told
    assert told.endswith("early: job 0 is wrong\n")
