"""`qwen-lsp trust`: which folder, what of it, and no longer."""

import json
from pathlib import Path

import pytest

from qwen_lsp.account.keys.folder import offer_of
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.cli import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    (folder / ".env").write_text("DASHSCOPE_API_KEY=sk-1\n")
    return folder


def is_trusted(folder: Path) -> bool | None:
    return Trust(trust_file()).decision(offer_of(folder))


def test_trusting_a_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("trust", str(project))) == 0
    assert capsys.readouterr().out == (
        f"Qwen may take keys and addresses from .env in {project}, until anything of that "
        "changes.\n"
    )
    assert is_trusted(project) is True


def test_by_another_name_and_from_within(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert main(("trust", ".", "--json")) == 0
    assert json.loads(capsys.readouterr().out) == {
        "status": "done",
        "message": f"Qwen may take keys and addresses from .env in {project}, until anything of "
        "that changes.",
        "folder": str(project),
        "files": [".env"],
    }
    link = project.parent / "link"
    link.symlink_to(project)
    assert main(("trust", str(link), "--revoke")) == 0
    assert capsys.readouterr().out == f"{project} is not trusted any more.\n"
    assert is_trusted(project) is None
    assert main(("trust", str(link), "--revoke")) == 0
    assert capsys.readouterr().out == f"{project} was not trusted, and is not.\n"


def test_a_variable_that_only_the_users_settings_read_counts(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text("OUR_KEY=sk-1")
    assert main(("trust", str(project))) == 0
    assert capsys.readouterr().out == f"There is nothing in {project} that Qwen would take.\n"
    assert is_trusted(project) is None
    home = project.parent / "qwen"
    home.mkdir()
    entry = {"id": "m", "baseUrl": "https://gateway.example/v1", "envKey": "OUR_KEY"}
    (home / "settings.json").write_text(json.dumps({"modelProviders": {"openai": [entry]}}))
    monkeypatch.setenv("QWEN_HOME", str(home))
    assert main(("trust", str(project))) == 0
    assert is_trusted(project) is True


@pytest.mark.parametrize("name", ["nothing", ".env"])
def test_what_is_no_folder(project: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("trust", str(project / name))) == 1
    assert "is no folder" in capsys.readouterr().err


def test_a_folder_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(("trust",))
    assert end.value.code == 2
    assert "PATH" in capsys.readouterr().err
