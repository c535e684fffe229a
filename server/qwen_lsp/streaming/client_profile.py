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
"""Counts each change, reports at rest, and rejects a stale edit with an error."""

UNCHECKED = ClientProfile(merges_undo=True, most_rejections=30)
"""Nothing is known, or it applies an edit wherever the text is meanwhile."""

LSP_MODE = replace(CHECKED, checks_zero=False, edits="once")
SUBLIME = replace(CHECKED, reports="at rest", edits="once")
SUBLIME_2_10 = replace(SUBLIME, answers_truthfully=False)
ZED = ClientProfile(answers_truthfully=True, reports="at once", edits="once")
"""Rebases a stale edit itself. Its answer comes once the edit is made, or dropped."""


@dataclass(frozen=True)
class _Row:
    """A client, what is known of it, and where that was read.

    `name` is `clientInfo.name`, or the beginning of it where that ends with a blank. It counts for
    versions from `since` up to, not including, `until`; a client without a version is older.
    """

    name: str
    profile: ClientProfile
    source: str
    since: tuple[int, ...] = ()
    until: tuple[int, ...] = ()


_LANGUAGE_CLIENT = (
    "microsoft/vscode-languageserver-node, client/src/common/client.ts: "
    "doHandleApplyWorkspaceEdit, validateWorkspaceEdit"
)
_EGLOT = "joaotavora/eglot, eglot.el: eglot--apply-text-edits, "
_SUBLIME = "sublimelsp/LSP, plugin/"

ROWS = (
    _Row("Visual Studio Code", CHECKED, _LANGUAGE_CLIENT),
    _Row("Visual Studio Code ", CHECKED, _LANGUAGE_CLIENT),
    _Row("Code - OSS", CHECKED, _LANGUAGE_CLIENT),
    _Row("VSCodium", CHECKED, _LANGUAGE_CLIENT),
    _Row("VSCodium ", CHECKED, _LANGUAGE_CLIENT),
    _Row("code-server", CHECKED, _LANGUAGE_CLIENT),
    _Row("Cursor", CHECKED, _LANGUAGE_CLIENT),
    _Row("Windsurf", CHECKED, _LANGUAGE_CLIENT),
    _Row(
        "helix",
        HELIX,
        "helix-editor/helix, helix-view/src/handlers/lsp.rs: Editor::apply_text_edits",
    ),
    _Row(
        "Neovim",
        NEOVIM,
        "neovim/neovim, runtime/lua/vim/lsp/util.lua: apply_text_document_edit; "
        "runtime/lua/vim/lsp/_changetracking.lua: next_debounce",
    ),
    _Row("Eglot", EGLOT, f"{_EGLOT}eglot--after-change", until=(1, 17)),
    _Row("Eglot", UNCHECKED, f"{_EGLOT}eglot--track-changes-fetch", since=(1, 17), until=(1, 19)),
    _Row("Eglot", EGLOT, f"{_EGLOT}eglot--after-change", since=(1, 19)),
    _Row("emacs", LSP_MODE, "emacs-lsp/lsp-mode, lsp-mode.el: lsp--check-document-changes-version"),
    _Row("coc.nvim", UNCHECKED, "neoclide/coc.nvim, src/core/files.ts: validateChanges"),
    _Row(
        "Sublime Text LSP",
        SUBLIME_2_10,
        f"{_SUBLIME}edit.py, which ignores an edit for another version",
        until=(2, 11),
    ),
    _Row(
        "Sublime Text LSP",
        SUBLIME,
        f"{_SUBLIME}core/sessions.py: _apply_document_changes_recursive_async",
        since=(2, 11),
    ),
    _Row("Zed", ZED, "zed-industries/zed: it keeps ten versions and anchors an edit in its own"),
    _Row("Zed ", ZED, "the same"),
    _Row("vim-lsp", UNCHECKED, "prabirshrestha/vim-lsp: no version is looked at"),
)
"""Who is not here is unknown: Kate has no name and takes no edits; JetBrains' client (lsp4ij) and
Eclipse's (lsp4e) have the product's name, look at no version, and always answer `applied: true`."""


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
    is_beginning = row.name.endswith(" ") and name.startswith(row.name)
    if name.casefold() != row.name.casefold() and not is_beginning:
        return False
    numbers = _numbers(version)
    return numbers >= row.since and (not row.until or numbers < row.until)


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
