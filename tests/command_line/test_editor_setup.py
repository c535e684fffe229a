"""`qwen-lsp setup helix` and its like: shown, asked, backed up, whole or not at all."""

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.cli import main
from qwen_lsp.command_line.editors.change import planned
from qwen_lsp.command_line.editors.files import editor_file
from qwen_lsp.errors import RequestError

OWN = '[[language]]\nname = "rust"  # mine\nlanguage-servers = ["rust-analyzer"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.delenv("NVIM_APPNAME", raising=False)
    return tmp_path


@pytest.fixture
def file(home: Path) -> Path:
    path = home / ".config" / "helix" / "languages.toml"
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    return path


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the user types at the terminal."""

    def typed(text: str) -> None:
        terminal = io.StringIO(text)
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)

    return typed


def test_the_change_is_shown_asked_for_made_and_backed_up(
    file: Path, says: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    says("y\n")
    assert main(("setup", "helix")) == 0
    said = capsys.readouterr()
    assert '-language-servers = ["rust-analyzer"]\n' in said.out
    assert '+language-servers = ["rust-analyzer", "qwen-lsp"]\n' in said.out
    assert f"Write that to {file}? [y/N]" in said.err
    backup = file.with_name("languages.toml.before-qwen-lsp")
    assert f"Helix knows qwen-lsp now, by {file}. What was there is in {backup}." in said.out
    assert backup.read_text() == OWN
    assert '"qwen-lsp"' in file.read_text()
    assert sorted(each.name for each in file.parent.iterdir()) == sorted([backup.name, file.name])


@pytest.mark.parametrize("answer", ["n\n", "\n", "perhaps\n", ""])
def test_any_other_answer_changes_nothing(
    file: Path, says: Any, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    says(answer)
    assert main(("setup", "helix")) == 1
    assert file.read_text() == OWN
    assert len(list(file.parent.iterdir())) == 1
    assert "othing was changed." in capsys.readouterr().err


def test_without_a_terminal_it_takes_a_yes(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert main(("setup", "helix", "--json")) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "failed"
    assert file.read_text() == OWN
    assert main(("setup", "helix", "--json", "--yes")) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["editor"], done["changed"], done["file"]) == ("helix", True, str(file))
    assert "+" in done["diff"]


def test_the_second_time_there_is_nothing_to_do(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("setup", "helix", "--yes")) == 0
    written = file.read_bytes()
    capsys.readouterr()
    assert main(("setup", "helix")) == 0
    assert "has all of it already" in capsys.readouterr().out
    assert file.read_bytes() == written
    assert len(list(file.parent.iterdir())) == 2


@pytest.mark.parametrize("editor", ["helix", "neovim", "emacs"])
def test_where_there_is_nothing_a_file_is_made(home: Path, editor: str) -> None:
    assert main(("setup", editor, "--yes")) == 0
    path = editor_file(editor, os.environ).path
    assert "qwen-lsp" in path.read_text()
    assert home in path.parents
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_link_stays_one_and_modes_and_line_ends_stay(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_bytes(OWN.replace("\n", "\r\n").encode())
    kept.chmod(0o640)
    file.unlink()
    file.symlink_to(kept)
    assert main(("setup", "helix", "--yes")) == 0
    assert file.is_symlink()
    written = kept.read_bytes()
    assert b"qwen-lsp" in written
    assert written.count(b"\n") == written.count(b"\r\n")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    backup = kept.with_name("dotfiles.toml.before-qwen-lsp")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640


def test_a_backup_is_never_written_over(file: Path) -> None:
    first = file.with_name("languages.toml.before-qwen-lsp")
    first.write_text("of last year")
    assert main(("setup", "helix", "--yes")) == 0
    assert first.read_text() == "of last year"
    assert file.with_name("languages.toml.before-qwen-lsp.2").read_text() == OWN


def test_what_changed_since_it_was_shown_is_not_written_over(file: Path) -> None:
    change = planned(editor_file("helix", os.environ), "qwen-lsp")
    file.write_text("a = 1\n")
    with pytest.raises(RequestError, match="changed meanwhile"):
        change.make()
    assert file.read_text() == "a = 1\n"


def test_a_disk_that_fails_leaves_the_file_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(("setup", "helix", "--yes")) == 1
    assert "can't be written (No space left on device); it is as it was" in capsys.readouterr().err
    assert file.read_text() == OWN
    assert not [each for each in file.parent.iterdir() if each.suffix == ".tmp"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "not in UTF-8"), (b"a = \n", "no TOML"), (b"#" * 5_000_000, "huge")],
)
def test_what_can_not_be_read_is_left_alone(
    file: Path, content: bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(content)
    assert main(("setup", "helix", "--yes")) == 1
    assert says in capsys.readouterr().err
    assert file.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.unlink()
    file.mkdir()
    assert main(("setup", "helix", "--yes")) == 1
    assert "no plain file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((), ".emacs.d/init.el"),
        ((".config/emacs/init.el",), ".config/emacs/init.el"),
        ((".config/emacs/early-init.el",), ".config/emacs/init.el"),
        ((".config/emacs/init.el", ".emacs.d/init.el"), ".emacs.d/init.el"),
        ((".emacs.d/init.el", ".emacs"), ".emacs"),
    ],
)
def test_emacs_init_file_is_the_one_that_emacs_reads(
    home: Path, there: tuple[str, ...], expected: str
) -> None:
    for name in there:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("")
    assert editor_file("emacs", os.environ).path == home / expected


def test_neovim_goes_by_its_own_name_for_its_folder(home: Path) -> None:
    known = editor_file("neovim", {**os.environ, "NVIM_APPNAME": "mine"}).path
    assert known == home / ".config" / "mine" / "lsp" / "qwen.lua"
    relative = editor_file("neovim", {"XDG_CONFIG_HOME": "here"}).path
    assert relative == home / ".config" / "nvim" / "lsp" / "qwen.lua"


def test_an_editor_that_is_not_known_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(("setup", "notepad"))
    assert left.value.code == 2
    assert "helix" in capsys.readouterr().err


def test_the_real_program_does_the_same(home: Path) -> None:
    code = "import sys; from qwen_lsp.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "setup", "neovim", "--yes", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["file"]).is_file()
