"""Findings as their readers see them."""

import pytest

from qwen_lsp.diagnosis.answers import is_listed
from qwen_lsp.diagnosis.finding import Finding, markdown, rows, summary

OK, ODD = Finding("Name", "ok", "It is there."), Finding("Clock", "warning", "Late.", "Set it.")
WRONG = Finding("Answer", "wrong", "None.")


def test_lines_begin_with_the_grade() -> None:
    assert OK.line == "ok       Name: It is there."
    assert ODD.line == "warning  Clock: Late. Set it."


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([OK], "All is well."),
        ([], "All is well."),
        ([OK, ODD], "1 to look at, 1 as they should be."),
        ([WRONG, ODD, WRONG], "2 wrong and 1 to look at, 0 as they should be."),
    ],
)
def test_the_summary_counts(findings: list[Finding], expected: str) -> None:
    assert summary(findings) == expected


def test_a_document_has_a_line_for_each() -> None:
    assert markdown([OK, ODD]).splitlines()[4:] == [
        "- ✓ **Name**: It is there.",
        "- ! **Clock**: Late. Set it.",
    ]


def test_programs_get_the_way_out_where_there_is_one() -> None:
    assert rows([OK, ODD]) == [
        {"about": "Name", "grade": "ok", "sentence": "It is there."},
        {"about": "Clock", "grade": "warning", "sentence": "Late.", "wayOut": "Set it."},
    ]


def test_a_name_without_a_tag_is_the_latest() -> None:
    assert is_listed("qwen3-coder", ("qwen3-coder:latest",))
    assert not is_listed("qwen3-coder", ("qwen3-coder:30b",))
