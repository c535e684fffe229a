"""One rewrite for one piece of code, in whatever language it is."""

import re

from . import lines, python

_RENAME = re.compile(
    r"rename\s+(?:\w+\s+)?[`'\"“]?(\w+)[`'\"”]?\s+(?:to|into|as)\s+[`'\"“]?(\w+)", re.IGNORECASE
)


def rewritten(code: str, language: str, prose: str) -> str:
    """The code, really changed and always in the same way; as indented as before.

    An instruction to rename something is followed; any other is met with the usual improvements.
    """
    if renamed := _renamed(code, prose):
        return renamed
    if language not in ("python", "py", ""):
        return lines.rewritten(code, language)
    margin = _margin(code)
    better = _indented(python.rewritten(_dedented(code, margin)), margin)
    return better if better != code else lines.noted(code, language or "python")


def _renamed(code: str, prose: str) -> str | None:
    request = _RENAME.search(prose)
    if not request:
        return None
    old, new = request.groups()
    renamed = re.sub(rf"\b{re.escape(old)}\b", new, code)
    return renamed if renamed != code else None


def _margin(code: str) -> str:
    """The blanks that every line begins with."""
    margins = [line[: len(line) - len(line.lstrip())] for line in code.split("\n") if line.strip()]
    if not margins:
        return ""
    first, last = min(margins), max(margins)
    same = (a == b for a, b in zip(first, last, strict=False))
    return first[
        : next((n for n, equal in enumerate(same) if not equal), min(len(first), len(last)))
    ]


def _dedented(code: str, margin: str) -> str:
    return "\n".join(
        line.removeprefix(margin) if line.strip() else line for line in code.split("\n")
    )


def _indented(code: str, margin: str) -> str:
    return "\n".join(margin + line if line.strip() else line for line in code.split("\n"))
