"""What is known of how a client applies the edits of a server: a table with its sources."""

from dataclasses import dataclass, replace
from typing import Literal

Reports = Literal["at once", "limited", "at rest"]
"""When a client reports a change: right after it, at a limited rate, or when its user rests."""

Edits = Literal["stream", "once", "preview"]
"""How a reply gets into a document, the more cautious later: line by line, in one edit at its end,
or into a document of its own that the user keeps or discards."""

_CAUTION: tuple[Edits, ...] = ("stream", "once", "preview")


def most_cautious(*edits: Edits) -> Edits:
    """The most cautious of several ways to write."""
    return max(edits, key=_CAUTION.index)


@dataclass(frozen=True)
class ClientProfile:
    """How a client applies edits and reports changes.

    The fields:

    * `checks_version`: an edit for another version than the document's is never applied.
    * `answers_truthfully`: its answer says whether the edit was applied.
    * `checks_zero`: it checks version 0 as well.
    * `compares_lines`: it finds its changes by comparing lines, so that one may be reported some
      characters beside the place where it was made.
    * `merges_undo`: one undo takes back all edits of a job anyway.
    * `most_rejections`: of an edit at the newest version without a change by the user, how many
      mean that the document can't be changed; None where no number does.
    * `edits`: the least cautious way to write that was seen to be safe.
    """

    checks_version: bool = False
    answers_truthfully: bool = False
    checks_zero: bool = True
    compares_lines: bool = False
    merges_undo: bool = False
    reports: Reports = "at rest"
    most_rejections: int | None = 3
    edits: Edits = "preview"


CHECKED = ClientProfile(
    checks_version=True, answers_truthfully=True, reports="at once", edits="stream"
)
"""VS Code and its forks, and whoever says `edits: "checked"`."""

HELIX = replace(CHECKED, most_rejections=None)
"""Previewing a completion moves its version without a report, so a rejection may last as long."""

NEOVIM = ClientProfile(
    checks_version=True,
    checks_zero=False,
    compares_lines=True,
    reports="limited",
    edits="stream",
)
"""Answers `applied: true` also for an edit that it drops."""

EGLOT = replace(CHECKED, reports="at rest", merges_undo=True, most_rejections=30)
"""From 1.20 on: counts each change, reports at rest, and rejects a stale edit with an error."""

UNCHECKED = ClientProfile(merges_undo=True, most_rejections=30)
"""Nothing is known, or it applies an edit wherever the text is meanwhile."""

VERIFIED = ClientProfile(answers_truthfully=True, reports="at once", edits="once")
"""Applies edits in order with what is typed, as far as its source says; no run has shown it."""


@dataclass(frozen=True)
class _Row:
    """A client by the beginning of its name, from a version on, and where that was read."""

    name: str
    profile: ClientProfile
    source: str
    since: tuple[int, ...] = ()


_LANGUAGE_CLIENT = "vscode-languageclient, client.ts: handleApplyWorkspaceEdit"

ROWS = (
    _Row("Visual Studio Code", CHECKED, _LANGUAGE_CLIENT),
    _Row("VSCodium", CHECKED, _LANGUAGE_CLIENT),
    _Row("code-server", CHECKED, _LANGUAGE_CLIENT),
    _Row("Code - OSS", CHECKED, _LANGUAGE_CLIENT),
    _Row("Cursor", CHECKED, _LANGUAGE_CLIENT),
    _Row("Windsurf", CHECKED, _LANGUAGE_CLIENT),
    _Row("helix", HELIX, "helix-view, handlers/lsp.rs: apply_workspace_edit"),
    _Row("Neovim", NEOVIM, "runtime/lua/vim/lsp/util.lua: apply_text_document_edit"),
    _Row("Eglot", EGLOT, "eglot.el: eglot--apply-workspace-edit", since=(1, 20)),
)
"""The first row that fits counts."""


def profile_of(
    name: str, version: str, *, says_checked: bool = False, setting: str = "auto"
) -> ClientProfile:
    """The profile of a client by its `clientInfo`.

    `says_checked`: the client announces that it checks versions. `setting` is `qwen.delivery`,
    which overrides both.
    """
    known = next((row.profile for row in ROWS if _is(row, name, version)), UNCHECKED)
    match setting:
        case "checked":
            return known if known.checks_version else CHECKED
        case "unchecked":
            return replace(UNCHECKED, merges_undo=known.merges_undo)
    if says_checked and not (known.checks_version and known.answers_truthfully):
        return CHECKED
    return known


def _is(row: _Row, name: str, version: str) -> bool:
    if not name.casefold().startswith(row.name.casefold()):
        return False
    return not row.since or _numbers(version) >= row.since


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: (1, 20) of `1.20` and of `1.20-rc1`."""
    numbers: list[int] = []
    for part in version.removeprefix("v").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
