"""What was found out about one thing, as a value, and how a reader sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Grade = Literal["ok", "warning", "wrong"]

_MARKS: Mapping[Grade, str] = {"ok": "✓", "warning": "!", "wrong": "✗"}


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing, and the way out where it is not as it should be.

    Neither holds a secret: no key, no token, no password of a proxy.
    """

    about: str
    grade: Grade
    sentence: str
    way_out: str = ""

    @property
    def line(self) -> str:
        """All of it in one line, in letters that any terminal has."""
        said = f"{self.grade:<8} {self.about}: {self.sentence}"
        return f"{said} {self.way_out}" if self.way_out else said


def summary(findings: Iterable[Finding]) -> str:
    """How many things are not as they should be, in one sentence."""
    grades = [finding.grade for finding in findings]
    wrong, warnings = grades.count("wrong"), grades.count("warning")
    if not wrong and not warnings:
        return "All is well."
    parts = [f"{wrong} wrong"] if wrong else []
    parts += [f"{warnings} to look at"] if warnings else []
    return f"{' and '.join(parts)}, {grades.count('ok')} as they should be."


def markdown(findings: Iterable[Finding]) -> str:
    """The findings as a document."""
    findings = list(findings)
    lines = [f"- {_MARKS[each.grade]} **{each.about}**: {_said(each)}" for each in findings]
    return (
        f"# Qwen: what works and what does not\n\n{summary(findings)}\n\n" + "\n".join(lines) + "\n"
    )


def rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings for programs."""
    return [
        {"about": each.about, "grade": each.grade, "sentence": each.sentence}
        | ({"wayOut": each.way_out} if each.way_out else {})
        for each in findings
    ]


def _said(finding: Finding) -> str:
    return f"{finding.sentence} {finding.way_out}".strip()
