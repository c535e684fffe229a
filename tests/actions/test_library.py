"""The files of actions: those that come with the server, and a folder of the user's."""

import os
import sys
from pathlib import Path

import pytest

from qwen_lsp.actions.library import MOST_BYTES, Folder, builtin_actions, read_folder


def test_the_built_in_actions() -> None:
    actions = {action.id: action for action in builtin_actions()}
    assert list(actions) == sorted(actions)
    assert {"edit", "explain", "explain-comment", "refactor"} <= set(actions)
    assert builtin_actions() is builtin_actions()
    for action in actions.values():
        assert action.description.endswith(".")
        assert action.examples
        assert not action.kind.startswith("source")
    assert actions["explain"].needs == "nothing"
    assert [each.id for each in actions.values() if each.uses_instruction] == ["edit"]


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("Review it.", encoding="utf-8")
    (tmp_path / "a.md").write_text("---\nreply: shout\n---\nP", encoding="utf-8")
    (tmp_path / "c d.md").write_text("P", encoding="utf-8")
    (tmp_path / "latin.md").write_bytes(b"\xe4")
    (tmp_path / "long.md").write_bytes(b"a" * (MOST_BYTES + 1))
    (tmp_path / "readme.txt").write_text("no", encoding="utf-8")
    (tmp_path / "folder.md").mkdir()
    actions, faults = read_folder(tmp_path)
    assert [action.id for action in actions] == ["b"]
    assert {name: fault.line for name, (fault,) in faults.items()} == {
        "a.md": 1,
        "c d.md": 0,
        "latin.md": 0,
        "long.md": 0,
    }
    assert faults["latin.md"][0].sentence == "The file is not UTF-8."


def test_a_folder_that_is_not_there_or_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_folder(tmp_path / "none") == Folder((), {})
    assert read_folder(tmp_path / "file") == Folder((), {})


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_file_that_cant_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("P", encoding="utf-8")
    (tmp_path / "a.md").chmod(0)
    if os.access(tmp_path / "a.md", os.R_OK):
        (tmp_path / "a.md").unlink()
        (tmp_path / "a.md").symlink_to(tmp_path / "gone")
    actions, _ = read_folder(tmp_path)
    assert actions == ()
