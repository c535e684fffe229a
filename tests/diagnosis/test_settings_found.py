"""Which files are told to count."""

import asyncio
from pathlib import Path

import pytest

from qwen_lsp.account.keys.sources import KeySources, Workspace
from qwen_lsp.diagnosis.finding import Finding
from qwen_lsp.diagnosis.this_machine import settings_found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("home/.qwen", "a project"):
        (tmp_path / name).mkdir(parents=True)
    return (tmp_path / "a project").resolve()


def found(project: Path) -> list[Finding]:
    keys = KeySources({"HOME": str(project.parent / "home")})
    asyncio.run(keys.look(Workspace(project)))
    return settings_found(keys)


def test_there_is_none(project: Path) -> None:
    (only,) = found(project)
    assert only.line == "ok       Settings: No .env file and no settings of Qwen Code count here."


def test_the_users_own_are_named_and_nothing_in_them(project: Path) -> None:
    home = project.parent / "home"
    (home / ".env").write_text("OPENAI_API_KEY=sk-7Qx\n")
    (home / ".qwen/settings.json").write_text('{"env": {"A": "sk-7Qx"}} // mine')
    (only,) = found(project)
    files = f"{home}/.env and {home}/.qwen/settings.json"
    assert only.line == f"ok       Settings: Of files {files} count here."


@pytest.mark.parametrize("text", ['{"model": {"name": "m"},}', "[]", ""])
def test_settings_that_can_not_be_read_are_told(project: Path, text: str) -> None:
    file = project.parent / "home/.qwen/settings.json"
    file.write_text(text)
    first, second = found(project)
    assert first.grade == "ok"
    assert second.grade == "warning"
    assert second.sentence == f"{file} is no JSON that can be read, so nothing of it counts."
    assert second.way_out


def test_what_would_count_if_it_were_trusted(project: Path) -> None:
    (project / ".env").write_text("DASHSCOPE_API_KEY=sk-7Qx\n")
    (only,) = found(project)
    assert only.grade == "warning"
    assert f"Nothing in {project} does, because you have not trusted" in only.sentence
    assert only.way_out == f"`qwen-lsp trust '{project}'` lets that count."
    assert "7Qx" not in only.line
