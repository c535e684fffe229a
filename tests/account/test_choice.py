"""What was chosen last: for a workspace, for the folders below it, everywhere else."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from qwen_lsp.account.choice import (
    NO_FOLDER,
    Choices,
    LastChoice,
    choice_file,
    project_of,
)
from qwen_lsp.errors import RequestError

COMPANY = LastChoice("custom", "qwen3-coder", "https://models.example/v1")
PRIVATE = LastChoice("openrouter", "qwen/qwen3-coder")
LOCAL = LastChoice("ollama")


@pytest.fixture
def choices() -> Choices:
    return Choices(choice_file())


def service(choice: LastChoice | None) -> object:
    return choice and (choice.provider, choice.model, choice.base_url)


def test_nothing_was_chosen(choices: Choices, tmp_path: Path) -> None:
    assert choices.of([tmp_path]) is None
    assert choices.of([]) is None


def test_a_choice_is_for_its_folder_and_those_below(choices: Choices, tmp_path: Path) -> None:
    work, part, other = tmp_path / "work", tmp_path / "work/app/part", tmp_path / "other"
    choices.choose(COMPANY, [work])
    choices.choose(PRIVATE, None)
    for folder in (work, part):
        found = choices.of([folder])
        assert found
        assert (service(found), found.place) == (service(COMPANY), str(work))
    assert choices.of([other]) == PRIVATE
    assert choices.of([Path(f"{work}-2")]) == PRIVATE


def test_the_nearest_folder_counts(choices: Choices, tmp_path: Path) -> None:
    choices.choose(PRIVATE, [tmp_path])
    choices.choose(COMPANY, [tmp_path / "work"])
    assert service(choices.of([tmp_path / "work/app"])) == service(COMPANY)


def test_folders_that_do_not_agree_need_a_choice_of_their_own(
    choices: Choices, tmp_path: Path
) -> None:
    """Company code must not go to a private key because a private folder is open beside it."""
    work, home = tmp_path / "work", tmp_path / "home"
    choices.choose(COMPANY, [work])
    with pytest.raises(RequestError, match="different services"):
        choices.of([work, home])
    choices.choose(PRIVATE, None)
    with pytest.raises(RequestError, match="different services"):
        choices.of([home, work])
    choices.choose(LOCAL, [home, work])
    assert service(choices.of([work, home])) == service(LOCAL)
    assert service(choices.of([work])) == service(COMPANY)
    assert choices.of([home]) == PRIVATE


def test_folders_that_agree_need_none(choices: Choices, tmp_path: Path) -> None:
    choices.choose(COMPANY, [tmp_path])
    found = choices.of([tmp_path / "a", tmp_path / "b"])
    assert service(found) == service(COMPANY)


def test_windows_without_a_folder_have_a_choice_of_their_own(
    choices: Choices, tmp_path: Path
) -> None:
    choices.choose(LOCAL, [])
    found = choices.of([])
    assert found
    assert (found.provider, found.place) == ("ollama", NO_FOLDER)
    assert choices.of([tmp_path]) is None


def test_a_choice_is_forgotten(choices: Choices, tmp_path: Path) -> None:
    choices.choose(PRIVATE, None)
    choices.choose(COMPANY, [tmp_path])
    choices.choose(None, [tmp_path])
    assert choices.of([tmp_path]) == PRIVATE
    choices.choose(None, None)
    assert choices.of([tmp_path]) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no JSON",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"everywhere": 3, "workspaces": []}',
        b'{"everywhere": {"provider": ["ollama"]}}',
        b'{"everywhere": {"provider": "", "model": "m"}}',
    ],
)
def test_a_file_with_anything_in_it_is_no_choice(
    choices: Choices, tmp_path: Path, text: bytes
) -> None:
    choices.path.parent.mkdir(parents=True, exist_ok=True)
    choices.path.write_bytes(text)
    assert choices.of([tmp_path]) is None
    choices.choose(LOCAL, [tmp_path])
    assert service(choices.of([tmp_path])) == service(LOCAL)


def test_what_else_is_wrong_of_a_choice_is_left_out(choices: Choices, tmp_path: Path) -> None:
    choices.path.parent.mkdir(parents=True, exist_ok=True)
    held = {"everywhere": {"provider": "ollama", "model": 3, "baseUrl": None}}
    choices.path.write_text(json.dumps(held), encoding="utf-8")
    assert choices.of([tmp_path]) == LOCAL


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_the_file_is_its_owners_alone(choices: Choices, tmp_path: Path) -> None:
    choices.choose(COMPANY, [tmp_path])
    assert stat.S_IMODE(choices.path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="paths of any bytes")
def test_a_path_that_is_no_text(choices: Choices, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    choices.choose(LOCAL, [folder])
    assert service(choices.of([folder])) == service(LOCAL)


def test_the_project_is_the_repository_around(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    (root / "src/deep").mkdir(parents=True)
    assert project_of(root / "src/deep") == root / "src/deep"
    (root / ".git").mkdir()
    assert project_of(root / "src/deep") == root
    assert project_of(root) == root


def test_a_repository_in_the_home_is_not_all_that_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many keep what begins with a dot in one."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "notes").mkdir()
    assert project_of(tmp_path.resolve() / "notes") == tmp_path.resolve() / "notes"
