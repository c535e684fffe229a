"""Trust is in a folder with what stood in it then, and in nothing else."""

import json
import os
import stat
from pathlib import Path

import pytest

from qwen_lsp.account.keys.folder import Offer, offer_of
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.errors import AccountError

WANTED = frozenset({"DASHSCOPE_API_KEY", "OPENAI_BASE_URL"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "project"
    (folder / ".qwen" / "actions").mkdir(parents=True)
    (folder / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    return folder


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(tmp_path / "trust.json")


def test_what_nobody_has_decided_is_not_trusted(trust: Trust, project: Path) -> None:
    assert trust.decision(offer_of(project)) is None


@pytest.mark.parametrize("trusted", [True, False])
def test_a_decision_is_remembered_for_the_owner_alone(
    trust: Trust, project: Path, trusted: bool
) -> None:
    trust.decide(offer_of(project), trusted=trusted)
    assert Trust(trust.path).decision(offer_of(project)) is trusted
    assert stat.S_IMODE(trust.path.stat().st_mode) == 0o600
    assert "sk-1" not in trust.path.read_text()


CHANGES = {
    "another value": (".env", "DASHSCOPE_API_KEY=sk-2"),
    "another file": (".qwen/.env", "A=1"),
    "settings": (".qwen/settings.json", "{}"),
    "an action": (".qwen/actions/mine.md", "---\n---\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_content_is_untrusted_until_it_is_back(
    trust: Trust, project: Path, change: str
) -> None:
    path, text = CHANGES[change]
    before = (project / ".env").read_text()
    trust.decide(offer_of(project), trusted=True)
    (project / path).write_text(text)
    assert trust.decision(offer_of(project)) is None
    (project / path).unlink()
    (project / ".env").write_text(before)
    assert trust.decision(offer_of(project)) is True


@pytest.mark.skipif(os.name == "nt", reason="paths are text there")
def test_a_path_that_is_no_utf_8(trust: Trust, project: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(project.parent) + b"/caf\xe9"))
    odd.mkdir()
    (odd / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    trust.decide(offer_of(project), trusted=True)
    trust.decide(offer_of(odd), trusted=True)
    again = Trust(trust.path)
    assert again.decision(offer_of(project)) is True
    assert again.decision(offer_of(odd)) is True
    assert again.revoke(odd)


def test_what_is_beside_it_changes_nothing(trust: Trust, project: Path) -> None:
    trust.decide(offer_of(project), trusted=True)
    (project / "main.py").write_text("print(1)")
    (project / ".qwen" / "actions" / "notes.txt").write_text("x")
    assert trust.decision(offer_of(project)) is True


def test_the_same_content_elsewhere_is_another_folder(trust: Trust, project: Path) -> None:
    trust.decide(offer_of(project), trusted=True)
    elsewhere = project.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    assert trust.decision(offer_of(elsewhere)) is None


def test_revoking(trust: Trust, project: Path) -> None:
    assert not trust.revoke(project)
    trust.decide(offer_of(project), trusted=True)
    assert trust.revoke(project)
    assert trust.decision(offer_of(project)) is None
    assert not trust.revoke(project)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"folders": 3}', '{"folders": {"/x": 3}}'])
def test_a_file_that_can_not_be_read_trusts_nobody(trust: Trust, project: Path, text: str) -> None:
    trust.path.write_text(text)
    assert trust.decision(offer_of(project)) is None
    trust.decide(offer_of(project), trusted=True)
    assert trust.decision(offer_of(project)) is True


@pytest.mark.parametrize("value", ['"yes"', "1", "null", "[true]"])
def test_only_true_is_true(trust: Trust, project: Path, value: str) -> None:
    trust.decide(offer_of(project), trusted=True)
    held = json.loads(trust.path.read_text())
    held["folders"][str(project)]["trusted"] = json.loads(value)
    trust.path.write_text(json.dumps(held))
    assert trust.decision(offer_of(project)) is None


def test_two_contents_that_read_alike_when_joined_are_two() -> None:
    one = Offer(Path("/p"), {".env": b"A", ".qwen/.env": b"B"})
    two = Offer(Path("/p"), {".env": b"A .qwen/.env B"})
    assert one.digest != two.digest
    assert one.digest == Offer(Path("/p"), {".qwen/.env": b"B", ".env": b"A"}).digest


def test_only_what_would_count_is_named(project: Path) -> None:
    assert offer_of(project).names_of(WANTED) == (".env",)
    (project / ".env").write_text("DATABASE_URL=postgres://localhost")
    assert offer_of(project).names_of(WANTED) == ()
    (project / ".qwen" / "settings.json").write_text('{"env": {"DASHSCOPE_API_KEY": "sk-1"}}')
    assert offer_of(project).names_of(WANTED) == (".qwen/settings.json",)
    # The first .env file hides the second one.
    (project / ".qwen" / ".env").write_text("A=1")
    (project / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    assert offer_of(project).names_of(WANTED) == (".qwen/settings.json",)


def test_a_place_that_can_not_be_written_is_one_sentence(project: Path) -> None:
    trust_file().parent.parent.mkdir(parents=True, exist_ok=True)
    trust_file().parent.write_text("a file")
    with pytest.raises(AccountError, match="can't be written"):
        Trust(trust_file()).decide(offer_of(project), trusted=True)
