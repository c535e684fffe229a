"""What `qwen.oauth` says in an editor, said in a terminal."""

import json
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.issuer import other_issuer
from qwen_lsp.account.storage.token_paths import own_file
from qwen_lsp.account.token import Token, to_file
from qwen_lsp.cli import main
from qwen_lsp.simulator.service import Simulator

KEY = "sk-simulator-7Qx"
ISSUER = "https://login.acme.example/realms/acme"


@pytest.fixture
def words(simulator: Simulator) -> tuple[str, ...]:
    """The issuer, whose API is the simulator."""
    return ("--issuer", ISSUER, "--client-id", "an-editor", "--base-url", simulator.base_url)


@pytest.fixture
def signed_in(simulator: Simulator) -> None:
    """Somebody is, by a token that the API takes."""
    file = own_file(other_issuer(ISSUER, "an-editor", "", simulator.base_url))
    file.parent.mkdir(parents=True)
    token = Token(SecretStr(KEY), SecretStr("refresh-7Qx"), round((time.time() + 3600) * 1000))
    file.write_bytes(to_file(token, None))
    file.chmod(0o600)


@pytest.mark.usefixtures("signed_in")
def test_it_is_tried_and_its_editor_is_told_what_to_set(
    words: tuple[str, ...],
    simulator: Simulator,
    in_a_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(("setup", "--provider", "oauth", *words)) == 0
    said = capsys.readouterr().out
    assert said.startswith("Ready: coder-model on 127.0.0.1")
    _, _, there = said.partition(" Set qwen.oauth in your editor to ")
    oauth = {"issuer": ISSUER, "clientId": "an-editor", "baseUrl": simulator.base_url}
    assert json.loads(there.rstrip(".\n")) == oauth
    expected = LastChoice("oauth", "coder-model", simulator.base_url, str(in_a_folder))
    assert Choices(choice_file()).of([in_a_folder]) == expected


@pytest.mark.usefixtures("signed_in")
def test_it_is_looked_into_and_lists_its_models(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("models", "oauth", *words)) == 0
    assert "coder-model" in capsys.readouterr().out.splitlines()
    main(("doctor", "--provider", "oauth", *words))
    said = capsys.readouterr().out
    assert "ok       Credential: The sign-in with 127.0.0.1" in said
    assert "ok       Answer: 127.0.0.1" in said
    assert "7Qx" not in said


@pytest.mark.parametrize(
    "command", [("setup", "--provider"), ("models",), ("doctor", "--provider")]
)
def test_nobody_is_signed_in(
    command: tuple[str, ...], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((*command, "oauth", *words)) == 1
    said = "".join(capsys.readouterr())
    assert f"qwen-lsp login --provider oauth {' '.join(words)}" in said


@pytest.mark.parametrize("words", [("status",), ("use", "oauth", "m"), ("models", "oauth")])
def test_what_an_editor_has_is_not_known_here(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Choices(choice_file()).choose(LastChoice("oauth", "m"), None)
    main(words)
    said = "".join(capsys.readouterr())
    assert "What your editor has in qwen.oauth is not known in a terminal; say the same" in said
