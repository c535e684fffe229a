"""`qwen-lsp login` and `logout` by device flow: what is shown, kept, asked, and how it ends."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.storage.token_paths import shared_file
from qwen_lsp.cli import main
from qwen_lsp.command_line.signing_in import has_browser
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.simulator.service import Simulator

from .conftest import Says

MAIN = """
import signal, sys
from qwen_lsp.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
"""The command with Ctrl-C as at a terminal: a shell that starts tests behind it ignores that."""
TOKENS = {"access_token": "a-7Qx", "refresh_token": "r-7Qx", "token_type": "Bearer"}


@pytest.fixture
def login(simulator: Simulator) -> tuple[str, ...]:
    return ("login", "--provider", "simulator", "--base-url", simulator.base_url)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that a browser was opened with."""
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    monkeypatch.setenv("DISPLAY", ":7")
    return pages


@pytest.fixture
def shared() -> Path:
    """A sign-in in the file of Qwen Code."""
    file = shared_file(os.environ)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(TOKENS | {"expiry_date": 10**14}))
    file.chmod(0o600)
    return file


def sign_ins() -> list[Path]:
    folder = Path(os.environ["XDG_DATA_HOME"]) / "qwen-lsp" / "sign-ins"
    return list(folder.glob("*.json")) if folder.is_dir() else []


def test_the_code_and_the_address_are_shown_and_the_sign_in_is_kept(
    login: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(login) == 0
    said = capsys.readouterr()
    assert said.out == "You are signed in to Qwen's simulator.\n"
    assert "To sign in to Qwen's simulator, confirm the code " in said.err
    assert "/authorize?user_code=" in said.err
    assert len(sign_ins()) == 1
    assert main(login) == 0
    assert capsys.readouterr().out == "You are signed in to Qwen's simulator already.\n"


def test_for_programs_the_code_is_an_object_of_its_own(
    login: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((*login, "--json")) == 0
    said = capsys.readouterr()
    pending, done = (json.loads(line) for line in said.out.splitlines())
    assert pending["status"] == "pending"
    assert pending["userCode"] in pending["verificationUriComplete"]
    assert (done["status"], done["provider"]) == ("done", "simulator")
    assert said.err == ""
    (kept,) = sign_ins()
    assert json.loads(kept.read_text())["access_token"] not in said.out


def test_a_browser_opens_where_there_is_one(login: tuple[str, ...], opened: list[str]) -> None:
    assert main(login) == 0
    (page,) = opened
    assert "/authorize?user_code=" in page


def test_no_browser_opens_where_that_is_not_wanted(
    login: tuple[str, ...], opened: list[str]
) -> None:
    assert main((*login, "--no-browser")) == 0
    assert opened == []


def test_a_browser_that_fails_is_no_harm(
    login: tuple[str, ...], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> bool:
        raise webbrowser.Error("no such program")

    monkeypatch.setattr(webbrowser, "open", fails)
    assert main(login) == 0


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "w"}, "linux", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_where_a_browser_would_open(environ: dict[str, str], platform: str, expected: bool) -> None:
    assert has_browser(environ, platform) is expected


def test_at_a_terminal_the_time_left_is_counted(
    login: tuple[str, ...], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(login) == 0
    assert "\x1b[2KWaiting for you (1" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[2K")


def test_a_denied_sign_in_fails(
    login: tuple[str, ...], simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator.turn(approval="deny")
    assert main(login) == 1
    assert "The sign-in was refused" in capsys.readouterr().err
    assert sign_ins() == []


def test_a_sign_in_that_can_not_be_kept_is_lost_with_the_program(
    login: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qwen_lsp.account.storage.store._replaced", full)
    assert main(login) == 1
    assert "sign in again then" in capsys.readouterr().err


def test_control_c_ends_the_waiting_cleanly(simulator: Simulator) -> None:
    simulator.turn(approval="ask")
    command = [sys.executable, "-c", MAIN, "login", "--provider", "simulator"]
    with subprocess.Popen(
        [*command, "--base-url", simulator.base_url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stderr
        assert "confirm the code" in child.stderr.readline()
        child.send_signal(signal.SIGINT)
        try:
            out, err = child.communicate(timeout=20)
        finally:
            child.kill()
    assert (child.returncode, out) == (1, "")
    assert err.splitlines()[-1] == "Stopped; nothing was changed."
    assert "Traceback" not in err
    assert sign_ins() == []


@pytest.mark.parametrize("words", [("setup", "--provider"), ("models",)])
def test_the_command_that_is_advised_signs_in(
    words: tuple[str, ...], simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ("simulator", "--base-url", simulator.base_url)
    assert main((*words, *there)) == 1
    advised = re.search(r"run qwen-lsp (login [^;]*?)\.(?: Nothing|\n)", capsys.readouterr().err)
    assert advised
    assert main(shlex.split(advised[1])) == 0
    capsys.readouterr()
    assert main((*words, *there)) == 0


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--provider", "nobody"), 2, "There is no provider “nobody”"),
        (("--provider", "ollama"), 1, "needs no sign-in"),
        (("--provider", "dashscope-intl"), 1, "takes a key"),
        (("--provider", "oauth"), 1, "say the same with --issuer ADDRESS --client-id ID"),
        (("--provider", "qwen-oauth", "--base-url", "https://a.example"), 2, "leave --base-url"),
        (("--provider", "simulator", "--base-url", "http://a.example"), 1, "plain http"),
        (("--provider", "simulator"), 1, "is not known"),
    ],
)
def test_what_can_not_be_done_is_said(
    words: tuple[str, ...], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("login", *words)) == status
    assert says in capsys.readouterr().err


def test_an_address_that_is_not_known_is_asked_for_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(("login", "--provider", "simulator")) == 1
    assert capsys.readouterr().err == (
        "The address of Qwen's simulator is not known; say it with --base-url ADDRESS, as "
        "`qwen-lsp use` takes it.\n"
    )


@pytest.mark.parametrize("words", [("setup", "--provider", "simulator"), ("status",)])
def test_what_is_advised_signs_in(
    login: tuple[str, ...],
    simulator: Simulator,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if words == ("status",):
        Choices(choice_file()).choose(LastChoice("simulator", None, simulator.base_url), None)
    else:
        words = (*words, "--base-url", simulator.base_url)
    assert main(words) == 1
    said = capsys.readouterr().err
    assert f"run qwen-lsp {' '.join(login)}." in said
    assert main(login) == 0
    assert main(words) == 0


def test_the_address_that_was_chosen_is_known(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    Choices(choice_file()).choose(LastChoice("simulator", None, simulator.base_url), None)
    assert main(("login", "--provider", "simulator")) == 0
    assert "You are signed in to Qwen's simulator." in capsys.readouterr().out


# Signing out.


@pytest.mark.usefixtures("no_terminal")
def test_without_a_terminal_the_shared_sign_in_stays(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("logout",)) == 1
    said = capsys.readouterr().err
    assert "--yes signs Qwen Code out too. Nothing was changed." in said
    assert shared.exists()


def test_who_says_no_stays_signed_in(
    shared: Path, says: Says, capsys: pytest.CaptureFixture[str]
) -> None:
    says("n")
    assert main(("logout", "--provider", "qwen-oauth")) == 1
    said = capsys.readouterr().err
    assert f"Qwen Code and LiteLLM share {shared}, and are signed out too. Sign out?" in said
    assert shared.exists()


@pytest.mark.parametrize("words", [(), ("--provider", "qwen-oauth")])
def test_who_says_yes_is_signed_out(
    shared: Path, says: Says, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    says("y")
    assert main(("logout", *words)) == 0
    assert capsys.readouterr().out == "You are signed out of Qwen OAuth.\n"
    assert not shared.exists()


@pytest.mark.usefixtures("no_terminal")
def test_yes_on_the_command_line_is_enough(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("logout", "--yes", "--json")) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["provider"], done["forgotten"]) == ("qwen-oauth", True)
    assert not shared.exists()


def test_a_file_that_holds_no_token_can_be_removed_too(shared: Path, says: Says) -> None:
    shared.write_text("{}")
    says("yes")
    assert main(("logout",)) == 0
    assert not shared.exists()


def test_nobody_to_sign_out_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("logout",)) == 0
    assert capsys.readouterr().out == "Nobody was signed in to Qwen OAuth.\n"


@pytest.mark.usefixtures("no_terminal")
def test_what_nobody_shares_is_signed_out_of_unasked(
    login: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(login) == 0
    assert main(("logout", *login[1:])) == 0
    assert capsys.readouterr().out.endswith("You are signed out of Qwen's simulator.\n")
    assert sign_ins() == []


def test_before_one_signs_in_to_qwen_it_says_that_the_free_tier_ended(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stand-in has Qwen's row but for its address."""
    rows = dict(providers())
    advice = rows["qwen-oauth"].advice
    rows["simulator"] = replace(rows["simulator"], advice=advice)
    table = MappingProxyType(rows)
    monkeypatch.setattr("qwen_lsp.services.services.providers", lambda: table)
    named = ("--provider", "simulator", "--base-url", simulator.base_url)
    assert main(("login", *named)) == 0
    said = capsys.readouterr().err
    assert said.startswith("Qwen's free tier for sign-ins ended on 15 April 2026")
    assert main(("logout", *named)) == 0
    capsys.readouterr()
    assert main(("login", *named, "--json")) == 0
    pending = json.loads(capsys.readouterr().out.splitlines()[0])
    assert "free tier" in pending["note"]
