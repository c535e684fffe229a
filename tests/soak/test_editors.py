"""The four model editors do what was measured in real ones."""

from random import Random

import pytest

from qwen_lsp.text.document import Edit, Position, Span

from ..support.desk.clock import Clock
from ..support.desk.editor import Editor
from ..support.desk.habits import Habits, Kind
from ..support.desk.pieces import Hand
from ..support.desk.told import Cut, Report

OURS = Hand(is_ours=True, job=0)
BELOW = Edit(Span(Position(1, 0), Position(1, 0)), "new\n")


def opened(
    habits: Habits, text: str = "a\nb\nc"
) -> tuple[Editor, Clock, list[tuple[float, Report]]]:
    """An editor, its clock, and what it reports, with the time of that."""
    clock, reports = Clock(), list[tuple[float, Report]]()
    editor = Editor(
        habits, text, clock, lambda report, after: reports.append((clock.now + after, report))
    )
    editor.marks.enclose(0, 2, 3)
    return editor, clock, reports


@pytest.mark.parametrize(
    ("kind", "after"), [("vscode", 0.001), ("helix", 0.0), ("neovim", 0.15), ("eglot", 0.004)]
)
def test_each_reports_an_edit_in_its_own_time(kind: Kind, after: float) -> None:
    editor, clock, reports = opened(Habits(kind, opened_at=0))
    editor.take([BELOW], OURS)
    clock.run(until=1)
    ((when, report),) = reports
    assert when == pytest.approx(after)
    assert (report.edits, report.text) == ((BELOW,), "a\nnew\nb\nc")


@pytest.mark.parametrize(
    ("habits", "times"),
    [
        (Habits("neovim", opened_at=0), [0.25, 0.4, 0.6]),
        (Habits("neovim"), [0.0, 0.15, 0.3, 0.6]),
        (Habits("eglot"), [1.1]),
        (Habits("eglot", waits_anew=True), [1.1]),
    ],
)
def test_some_report_at_a_rate_and_some_when_their_user_rests(
    habits: Habits, times: list[float]
) -> None:
    """What was just opened in Neovim is reported after a rest for the first time."""
    editor, clock, reports = opened(habits)
    for when in (0.0, 0.1, 0.3, 0.6):
        clock.call_at(when, lambda: editor.change([Cut(0, 0, "x")]))
    clock.run(until=2)
    assert [when for when, _ in reports] == pytest.approx(times)


@pytest.mark.parametrize(
    ("kind", "version", "verdict"),
    [
        ("vscode", 6, "refuse"), ("vscode", 7, "make"), ("vscode", 8, "refuse"),
        ("vscode", 0, "refuse"), ("helix", 6, "refuse"), ("helix", 8, "refuse"),
        ("helix", 0, "refuse"), ("neovim", 6, "drop"), ("neovim", 7, "make"),
        ("neovim", 8, "make"), ("neovim", 0, "make"), ("eglot", 6, "refuse"),
        ("eglot", 8, "refuse"),
    ],
)  # fmt: skip
def test_each_looks_at_versions_in_its_own_way(kind: Kind, version: int, verdict: str) -> None:
    assert Habits(kind).verdict(version, 7) == verdict


def test_the_version_of_eglot_stands_still_until_it_reports() -> None:
    editor, clock, reports = opened(Habits("eglot"))
    editor.change([Cut(0, 0, "typed\n")])
    editor.take([BELOW], OURS)
    assert editor.version == 1
    clock.run(until=1)
    ((_, report),) = reports
    assert (report.version, report.text) == (2, "typed\nnew\na\nb\nc")
    assert report.edits == (Edit(Span(Position(0, 0), Position(0, 0)), "typed\n"), BELOW)


def test_changes_near_each_other_are_one_and_one_far_away_counts_at_once() -> None:
    editor, clock, reports = opened(Habits("eglot", "near"), "a\nb\n" + 20 * "long line\n")
    editor.take([BELOW], OURS)
    editor.change([Cut(0, 1, "x")])
    assert editor.version == 1
    editor.change([Cut(150, 150, "far")])
    assert editor.version == 2
    clock.run(until=0.4)
    assert reports == []
    clock.run(until=1)
    ((_, report),) = reports
    assert (report.version, report.is_exact) == (3, False)
    assert report.edits is not None
    assert [edit.text for edit in report.edits] == ["x\nnew\n", "far"]


def test_a_request_may_have_a_report_for_each_of_its_edits() -> None:
    editor, clock, reports = opened(Habits("vscode", one_by_one=True))
    editor.take([Edit(Span(Position(0, 0), Position(0, 1)), "x"), BELOW], OURS)
    clock.run(until=1)
    assert [(each.version, each.text) for _, each in reports] == [
        (2, "a\nnew\nb\nc"),
        (3, "x\nnew\nb\nc"),
    ]


def test_emacs_changes_only_what_differs() -> None:
    editor, clock, reports = opened(Habits("eglot"))
    editor.take([Edit(Span(Position(0, 0), Position(2, 1)), "a\nB\nc!")], OURS)
    clock.run(until=1)
    ((_, report),) = reports
    assert report.edits == (
        Edit(Span(Position(2, 1), Position(2, 1)), "!"),
        Edit(Span(Position(1, 0), Position(1, 1)), "B"),
    )


def test_undo_takes_back_one_edit_of_ours_but_all_of_them_in_emacs() -> None:
    for kind, left in (("vscode", "a\nnew\nb\nc"), ("eglot", "a\nb\nc")):
        editor, _, _ = opened(Habits(kind))  # type: ignore[arg-type]
        editor.take([BELOW], OURS)
        editor.take([BELOW], OURS)
        assert editor.undo()
        assert editor.text == editor.marks.text == left


def test_line_ends_become_those_of_the_document() -> None:
    editor, _, _ = opened(Habits("vscode", line_end="\r\n"), "a\r\nb\r\nc")
    editor.take([BELOW], OURS)
    assert editor.text == "a\r\nnew\r\nb\r\nc"


def test_edits_that_overlap_are_refused() -> None:
    editor, _, _ = opened(Habits("vscode"))
    with pytest.raises(ValueError, match="overlap"):
        editor.take([Edit(Span(Position(0, 0), Position(1, 1)), ""), BELOW], OURS)


def test_an_edit_takes_as_long_as_in_vs_code() -> None:
    rng = Random(1)
    taken = sorted(Habits("vscode").seconds(rng) for _ in range(1000))
    assert taken[0] >= 0.011
    assert taken[980] <= 0.05
