"""The models of editors behave as the real ones did when they were measured."""

import asyncio
from typing import Any, get_args

import pytest

from .support.kinds import Kind
from .support.one_file import TEXT, Scene, play

in_each = pytest.mark.parametrize("kind", get_args(Kind))


@pytest.mark.parametrize(
    ("kind", "order", "between"),
    [
        ("vscode", ["answer", "change"], 1),
        ("helix", ["change", "answer"], 0),
        ("neovim", ["answer", "change"], 150),
        ("eglot", ["answer", "change"], 500),
    ],
)
def test_an_edit_is_answered_and_reported(kind: Kind, order: list[str], between: int) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.edit(editor.opened_at, (1, 1, "new\n"))
        await asyncio.sleep(2)
        assert editor.file.document.text == "one\nnew\ntwo\nthree\n"
        said = ["change" if "method" in message else "answer" for _, message in editor.told]
        (first, _), (second, _) = editor.told
        assert (said, second - first) == (order, between)
        assert editor.answers == [{"id": 7, "result": {"applied": True}}]

    play(scene)


@pytest.mark.parametrize(
    ("kind", "answer", "is_made"),
    [
        ("vscode", {"result": {"applied": False}}, False),
        ("helix", "outdated", False),
        ("neovim", {"result": {"applied": True}}, False),
        ("eglot", "-32603", False),
    ],
)
def test_an_edit_for_an_older_version(kind: Kind, answer: Any, is_made: bool) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.key(0)
        await asyncio.sleep(2)
        seen = editor.file.version
        editor.key(0)
        editor.edit(seen, (1, 1, "new\n"))
        await asyncio.sleep(0.1)
        assert ("new\n" in editor.file.document.text) == is_made
        ((_, *said),) = [list(each.items()) for each in editor.answers]
        assert answer in str(said) if isinstance(answer, str) else dict(said) == answer

    play(scene)


@pytest.mark.parametrize(
    ("kind", "is_made", "code"),
    [
        ("vscode", False, None), ("helix", False, None), ("neovim", True, None),
        ("eglot", False, -32603),
    ],
)  # fmt: skip
def test_an_edit_for_a_future_version(kind: Kind, is_made: bool, code: int | None) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.edit(editor.file.version + 3, (1, 1, "new\n"))
        await asyncio.sleep(0.1)
        (answer,) = editor.answers
        assert ("new\n" in editor.file.document.text) == is_made
        assert answer.get("error", {}).get("code") == code
        assert answer.get("result", {}).get("applied", False) == is_made

    play(scene)


@pytest.mark.parametrize(
    ("kind", "is_made"), [("vscode", False), ("helix", False), ("neovim", True)]
)
def test_version_0_after_a_change(kind: Kind, is_made: bool) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.key(0)
        await asyncio.sleep(1)
        editor.edit(0, (1, 1, "new\n"))
        await asyncio.sleep(0.1)
        assert ("new\n" in editor.file.document.text) == is_made

    play(scene)


@pytest.mark.parametrize(
    ("kind", "steps"), [("vscode", 8), ("helix", 8), ("neovim", 8), ("eglot", 1)]
)
def test_undo_steps_for_eight_edits(kind: Kind, steps: int) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        for _ in range(8):
            editor.edit(editor.file.version, (1, 2, "new\nnewer\n"), (2, 2, "last\n"))
            await asyncio.sleep(0.1)
        taken = 0
        while editor.undo(editor.file):
            taken += 1
        assert (taken, editor.file.document.text) == (steps, TEXT)

    play(scene)


@in_each
def test_typed_text_is_an_undo_step_of_its_own(kind: Kind) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.edit(editor.file.version, (1, 1, "new\n"))
        await asyncio.sleep(2)
        editor.key(0, "typed ")
        await asyncio.sleep(2)
        editor.edit(editor.file.version, (2, 2, "newer\n"))
        await asyncio.sleep(2)
        texts = []
        while editor.undo(editor.file):
            texts.append(editor.file.document.text.splitlines()[:3])
        assert texts == [["typed one", "new", "two"], ["one", "new", "two"], TEXT.split()]

    play(scene)


def test_edits_without_undo_stops_are_one_step() -> None:
    async def scene() -> None:
        editor = Scene("vscode")
        for first, last in ((True, False), (False, False), (False, True), (True, True)):
            stops = {"undoStopBefore": first, "undoStopAfter": last}
            editor.edit(editor.file.version, (1, 1, "new\n"), **stops)
            await asyncio.sleep(0.1)
        editor.undo(editor.file)
        assert editor.file.document.text == "one\n" + 3 * "new\n" + "two\nthree\n"
        editor.undo(editor.file)
        assert editor.file.document.text == TEXT

    play(scene)


def test_neovim_reports_at_a_limited_rate_and_may_sum_up() -> None:
    async def scene() -> None:
        editor = Scene("neovim", "summed")
        for _ in range(3):
            editor.key(0)
            await asyncio.sleep(0.1)
        assert not editor.changes
        await asyncio.sleep(0.1)
        for row in (0, 2):
            editor.key(row)
            await asyncio.sleep(0.07)
        await asyncio.sleep(1)
        editor.key(0)
        places = [{"line": 0, "character": 3}, {"line": 2, "character": 0}]
        summed = {"range": dict(zip(("start", "end"), places, strict=True)), "text": "xone\ntwo\nx"}
        assert [when for when, _ in editor.changes] == [350, 500, 1540]
        assert editor.changes[1][1] == [summed]

    play(scene)


def test_neovim_tells_each_change_and_may_tell_half_of_an_edit() -> None:
    async def scene() -> None:
        editor = Scene("neovim")
        editor.key(0)
        await asyncio.sleep(1)
        editor.edit(editor.file.version, (0, 0, "new\n"), (2, 2, "newer\n"))
        await asyncio.sleep(0.1)
        editor.key(0)
        await asyncio.sleep(1)
        rows = [[event["range"]["start"]["line"] for event in each] for _, each in editor.changes]
        assert rows == [[0], [2], [0, 0]]
        (_, half), (_, answer), *_ = editor.told[1:]
        assert half["params"]["textDocument"]["version"] == editor.file.version - 2
        assert answer["result"] == {"applied": True}

    play(scene)


def test_eglot_reports_each_change_once_its_user_rests() -> None:
    async def scene() -> None:
        editor = Scene("eglot")
        for _ in range(3):
            editor.key(0)
            await asyncio.sleep(0.4)
        await asyncio.sleep(1)
        ((when, events),) = editor.changes
        assert (when, len(events), editor.file.version) == (1300, 3, 3)

    play(scene)


@in_each
def test_changes_are_reported_before_a_request_and_around_a_save(kind: Kind) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.key(0)
        asking = asyncio.ensure_future(editor.request("textDocument/hover", {}))
        await asyncio.sleep(0)
        editor.key(0)
        editor.save(editor.file, formatted=lambda: editor.key(0))
        await asyncio.sleep(1)
        asking.cancel()
        said = [message["method"].rpartition("/")[2] for _, message in editor.told]
        assert said == ["didChange", "hover", "didChange", "didChange", "didSave"]

    play(scene)


@in_each
def test_what_is_reported_is_what_has_changed(kind: Kind) -> None:
    """Whatever the order: an edit of two places, and one that puts in where another takes away."""

    async def scene() -> None:
        editor = Scene(kind)
        editor.edit(editor.file.version, (0, 0, "new\n"), (0, 1, ""), (2, 2, "newer\n"))
        await asyncio.sleep(1)
        ((_, events),) = editor.changes
        rows = TEXT.splitlines(keepends=True)
        for event in events:
            first, last = (event["range"][end]["line"] for end in ("start", "end"))
            columns = [event["range"][end]["character"] for end in ("start", "end")]
            before, behind = rows[first][: columns[0]], "".join(rows[last:])[columns[1] :]
            text = "".join(rows[:first]) + before + event["text"] + behind
            rows = [*text.splitlines(keepends=True), ""]
        assert "".join(rows) == editor.file.document.text == "new\ntwo\nnewer\nthree\n"
        count = {"vscode": 3, "helix": 2, "neovim": 3, "eglot": 3}[kind]
        assert len(events) == count
        assert (events[0]["range"]["start"]["line"] == 0) == (kind == "helix")

    play(scene)


@in_each
def test_a_client_may_report_the_whole_text(kind: Kind) -> None:
    async def scene() -> None:
        editor = Scene(kind, "whole")
        editor.key(0)
        await asyncio.sleep(1)
        assert [events for _, events in editor.changes] == [[{"text": "x" + TEXT}]]

    play(scene)


@in_each
def test_a_file_that_can_not_be_changed(kind: Kind) -> None:
    async def scene() -> None:
        editor = Scene(kind)
        editor.refusals = 1
        for _ in range(2):
            editor.edit(editor.file.version, (1, 1, "new\n"))
            await asyncio.sleep(0.1)
        refused, made = editor.answers
        assert ("error" in refused) == (kind in ("neovim", "eglot"))
        assert made["result"] == {"applied": True}
        assert editor.file.document.text == "one\nnew\ntwo\nthree\n"

    play(scene)
