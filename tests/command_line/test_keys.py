"""`qwen-lsp login --api-key` and `logout`: what is kept, what is said, and that no key is shown."""

import getpass
import io
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.cli import main

from ..account.keys.keyrings import Ring, use

KEY = "sk-the-key-7Qx"
INTL = "https://dashscope-intl.aliyuncs.com"
LOGIN = ("login", "--provider", "dashscope-intl", "--api-key")
LOGOUT = ("logout", "--provider", "dashscope-intl")


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has a text on the input, which is no terminal."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The input is a terminal."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)


def kept() -> dict[str, str]:
    return {origin: key.get_secret_value() for origin, key in Vault(vault_file()).keys().items()}


def test_a_key_on_the_input_is_kept(send: Any, capsys: pytest.CaptureFixture[str]) -> None:
    send(f" {KEY}\n")
    assert main(LOGIN) == 0
    assert kept() == {INTL: KEY}
    said = capsys.readouterr()
    assert said.out == (
        f"The key for DashScope (international) is kept in {vault_file()}, a file for you alone, "
        f"because there is no keyring. It goes to {INTL} alone.\n"
    )
    assert said.err == ""


def test_a_keyring_is_named(
    send: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Ring())
    send(KEY)
    assert main(LOGIN) == 0
    assert "is kept in the system's keyring. It goes to" in capsys.readouterr().out


@pytest.mark.usefixtures("terminal")
def test_at_a_terminal_it_is_asked_for_without_an_echo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return KEY

    monkeypatch.setattr(getpass, "getpass", answer)
    assert main(LOGIN) == 0
    assert asked == ["API key for DashScope (international) (it is not shown): "]
    assert kept() == {INTL: KEY}
    assert KEY not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("terminal")
def test_a_terminal_that_would_show_it_is_not_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_: str) -> str:
        warnings.warn("Can not control echo", getpass.GetPassWarning, stacklevel=1)
        raise AssertionError("it went on")

    monkeypatch.setattr(getpass, "getpass", asked)
    assert main(LOGIN) == 1
    assert "send it to the input instead" in capsys.readouterr().err
    assert kept() == {}


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
def test_who_stops_has_changed_nothing(
    end: type[BaseException],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(_: str) -> str:
        raise end

    monkeypatch.setattr(getpass, "getpass", asked)
    assert main(LOGIN) == 1
    assert capsys.readouterr().err == "Stopped; nothing was changed.\n"
    assert kept() == {}


@pytest.mark.parametrize("text", ["", "\n", "sk a", "sk-ä", "“sk-1”", "sk-1\nsk-2\n"])
def test_what_is_no_key_is_not_kept(
    text: str, send: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    send(text)
    assert main(LOGIN) == 1
    assert "That is no key" in capsys.readouterr().err
    assert kept() == {}


@pytest.mark.parametrize("words", [[*LOGIN, KEY], [*LOGIN[:-1], f"--api-key={KEY}"]])
def test_a_key_is_no_argument(
    words: list[str], send: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    send("")
    assert main(words) == 2
    said = capsys.readouterr()
    assert "A key is no argument" in said.err
    assert KEY not in said.out + said.err
    assert kept() == {}


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("--provider", "nobody", "--api-key"), 2, "There is no provider “nobody”; name one of"),
        (("--provider", "ollama", "--api-key"), 1, "Ollama takes no key."),
        (("--provider", "dashscope-intl"), 1, "has no sign-in but takes a key"),
        (("--api-key",), 2, "Say which service the key is for"),
        (("--provider", "custom", "--api-key"), 2, "say it with --base-url"),
        (("--provider", "custom", "--base-url", "http://a.example", "--api-key"), 1, "plain http"),
        (("--provider", "custom", "--base-url", "https://u:p@a.b", "--api-key"), 1, "password"),
        (
            ("--provider", "dashscope-cn", "--base-url", "https://a.example", "--api-key"),
            2,
            "has an address of its own; leave --base-url out",
        ),
    ],
)
def test_what_can_not_be_done_is_said(
    words: tuple[str, ...],
    status: int,
    sentence: str,
    send: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    send(KEY)
    assert main(("login", *words)) == status
    assert sentence in capsys.readouterr().err
    assert kept() == {}


def test_a_service_of_ones_own_is_named_by_its_address(
    send: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    send("sk-1")
    custom = ("login", "--provider", "custom")
    assert main((*custom, "--base-url", "https://GATEWAY.example:443/llm", "--api-key")) == 0
    monkeypatch.setenv("OPENAI_BASE_URL", "https://other.example/v1")
    send("sk-2")
    assert main((*custom, "--api-key", "--json")) == 0
    assert kept() == {"https://gateway.example": "sk-1", "https://other.example": "sk-2"}
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert answer["status"] == "done"
    assert answer["origin"] == "https://other.example"
    assert answer["kept"] == "file"


def test_a_key_is_for_the_address_that_was_chosen(
    send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes before the environment's, as it does where requests are sent."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://other.example/v1")
    choice = LastChoice("custom", None, "https://gateway.example/v1")
    Choices(choice_file()).choose(choice, None)
    send("sk-1")
    assert main(("login", "--provider", "custom", "--api-key")) == 0
    assert kept() == {"https://gateway.example": "sk-1"}
    Choices(choice_file()).choose(LastChoice("ollama", "m", "https://gateway.example/v1"), None)
    send("sk-2")
    assert main(("login", "--provider", "custom", "--api-key")) == 0
    assert kept() == {"https://gateway.example": "sk-1", "https://other.example": "sk-2"}


def test_logging_out(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Vault(vault_file()).keep(INTL, SecretStr(KEY))
    assert main(LOGOUT) == 0
    assert capsys.readouterr().out == "The key for DashScope (international) is forgotten.\n"
    assert kept() == {}
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert main((*LOGOUT, "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["forgotten"] is False
    assert answer["message"] == (
        "No key was kept for DashScope (international). DASHSCOPE_API_KEY is set in the "
        "environment, and goes on being used."
    )


def test_a_failure_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("logout", "--provider", "nobody", "--json")) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "failed"
    assert said.err == ""


@pytest.mark.parametrize(("no_colour", "is_red"), [("", True), ("1", False)])
def test_a_failure_is_red_where_that_is_wanted(
    no_colour: str,
    is_red: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(("logout", "--provider", "nobody")) == 2
    assert capsys.readouterr().err.startswith("\x1b[31mThere") is is_red


def test_the_real_program(tmp_path: Path) -> None:
    """In a process of its own, whose arguments and output hold no key."""
    program = [sys.executable, "-m", "qwen_lsp", *LOGIN]
    done = subprocess.run(
        program, input=KEY.encode(), capture_output=True, check=False, timeout=60, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert KEY.encode() not in done.stdout + done.stderr
    assert kept() == {INTL: KEY}
