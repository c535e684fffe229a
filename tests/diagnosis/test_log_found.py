"""Where servers can write their logs, and where they can't."""

import os
from pathlib import Path

import pytest

from qwen_lsp.diagnosis.this_machine import log_found


def test_a_folder_that_can_be_written_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "log"
    found = log_found(folder)
    assert (found.grade, found.way_out) == ("ok", "")
    assert found.sentence.endswith(f" in {folder}.")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("below", ["", "log"])
def test_a_file_in_its_place_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    found = log_found(tmp_path / "file" / below)
    assert found.grade == "warning"
    assert found.sentence.startswith(f"Servers can't write their logs in {tmp_path / 'file'}")
    assert found.way_out


def test_a_folder_that_nothing_may_be_written_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str, *rest: int, **more: int) -> int:
        if str(path).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    found = log_found(tmp_path)
    assert found.grade == "warning"
    assert "(permission denied)" in found.sentence
