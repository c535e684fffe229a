"""`qwen-lsp setup`, `status` and `models`: asked, tried, remembered; and nothing where it fails."""

import getpass
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic import SecretStr

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.cli import COMMANDS, main
from qwen_lsp.model.catalog import providers
from qwen_lsp.simulator.service import Simulator

from .conftest import Says

KEY = "sk-simulator-7Qx"


def chosen(folder: Path) -> LastChoice | None:
    return Choices(choice_file()).of([folder])


def keys() -> dict[str, str]:
    return {origin: key.get_secret_value() for origin, key in Vault(vault_file()).keys().items()}


@pytest.fixture
def has_key(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment has the key of the simulated gateway."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", simulator.base_url)


@pytest.fixture
def setup(simulator: Simulator) -> tuple[str, ...]:
    named = ("--provider", "custom", "--base-url", simulator.base_url)
    return ("setup", *named, "--model", "coder-model")


@pytest.fixture
def types_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user pastes a key where one is asked for."""
    monkeypatch.setattr(getpass, "getpass", lambda _: KEY)


@pytest.fixture(autouse=True)
def engines_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to run on this machine is none of a test's business."""
    monkeypatch.setattr("qwen_lsp.first_run.local_engines", lambda: ())


@pytest.fixture
def engine(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator stands where Ollama would, and takes no key."""
    monkeypatch.setattr(simulator, "accepts", lambda _: True)
    rows = dict(providers.providers())
    rows["ollama"] = replace(rows["ollama"], base_url=simulator.base_url)
    table = MappingProxyType(rows)
    for name in ("qwen_lsp.services.services", "qwen_lsp.services.provider_settings"):
        monkeypatch.setattr(f"{name}.providers", lambda: table)
    monkeypatch.setattr("qwen_lsp.first_run.local_engines", lambda: (rows["ollama"],))


@pytest.mark.usefixtures("has_key")
def test_what_is_named_is_tried_and_remembered_for_this_folder(
    setup: tuple[str, ...],
    simulator: Simulator,
    in_a_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(setup) == 0
    said = capsys.readouterr()
    place = simulator.origin.removeprefix("http://")
    assert said.out == (
        f"Ready: coder-model on {place}. It answers in {in_a_folder} from now on.\n"
    )
    assert f"Asking coder-model on {place} for one word" in said.err
    assert len(simulator.chats()) == 1
    assert simulator.chats()[0].body["max_tokens"] == 16
    expected = LastChoice("custom", "coder-model", simulator.base_url, str(in_a_folder))
    assert chosen(in_a_folder) == expected
    assert chosen(tmp_path) is None
    assert KEY not in "".join(said)


@pytest.mark.usefixtures("has_key")
def test_everywhere_is_everywhere(
    setup: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((*setup, "--everywhere", "--json")) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["status"], done["provider"], done["model"]) == ("done", "custom", "coder-model")
    assert done["everywhere"] is True
    assert chosen(tmp_path) == LastChoice("custom", "coder-model", done_url(setup))


def done_url(setup: tuple[str, ...]) -> str:
    return setup[setup.index("--base-url") + 1]


@pytest.mark.usefixtures("has_key")
def test_the_address_that_was_chosen_before_stays(
    setup: tuple[str, ...], simulator: Simulator, in_a_folder: Path
) -> None:
    assert main(setup) == 0
    assert main(("setup", "--provider", "custom", "--model", "simulator")) == 0
    expected = LastChoice("custom", "simulator", simulator.base_url, str(in_a_folder))
    assert chosen(in_a_folder) == expected


@pytest.mark.usefixtures("has_key")
@pytest.mark.parametrize("refusal", ["401", "429", "500", "waf", "quota"])
def test_what_does_not_answer_is_not_remembered(
    setup: tuple[str, ...],
    simulator: Simulator,
    in_a_folder: Path,
    refusal: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    simulator.turn(refuse=refusal)
    assert main(setup) == 1
    said = capsys.readouterr()
    assert said.err.endswith("Nothing was changed.\n")
    assert chosen(in_a_folder) is None
    assert KEY not in "".join(said)


@pytest.mark.usefixtures("no_terminal")
@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ((), 2, "There is no terminal to ask at; name a service with --provider"),
        (("--provider", "nobody"), 2, "There is no provider"),
        (("--provider", "dashscope-intl"), 1, "needs a key"),
        (("--provider", "simulator", "--base-url", "http://127.0.0.1:9"), 1, "Nobody is signed in"),
        (("--provider", "simulator"), 1, "not known; say it with --base-url ADDRESS, "),
        (("--provider", "custom", "--base-url", "ftp://a"), 1, "begins with neither https"),
    ],
)
def test_what_can_not_be_set_up_is_said(
    words: tuple[str, ...], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("setup", *words)) == status
    assert says in capsys.readouterr().err


@pytest.mark.usefixtures("engine")
def test_an_engine_is_found_and_its_model_chosen(
    says: Says, in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says("x", "9", "1", "2", "2", "4")
    assert main(("setup",)) == 0
    said = capsys.readouterr()
    assert "What should answer?" in said.err
    assert "  1  coder-model on Ollama, on this machine\n" in said.err
    assert said.err.count("A number from 1 to 4: ") == 4
    assert "Ready: simulator on Ollama." in said.err
    assert said.out == "Open a file, select code, and choose Qwen: Refactor.\n"
    found = chosen(in_a_folder)
    assert found
    assert (found.provider, found.model) == ("ollama", "simulator")


@pytest.mark.usefixtures("engine")
def test_an_editor_is_set_up_on_the_way(
    says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    says("1", "1", "1", "2", "y")
    assert main(("setup",)) == 0
    assert (tmp_path / "config" / "nvim" / "lsp" / "qwen.lua").is_file()
    assert chosen(tmp_path) is not None


@pytest.mark.usefixtures("types_key")
def test_a_gateway_with_a_key(
    simulator: Simulator, says: Says, in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says("2", simulator.base_url, "1", "1", "2", "4")
    assert main(("setup",)) == 0
    assert keys() == {simulator.origin: KEY}
    found = chosen(in_a_folder)
    assert found
    assert found.base_url == simulator.base_url
    assert KEY not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("types_key")
@pytest.mark.parametrize("before", [None, "sk-of-last-year"])
def test_a_key_that_is_refused_is_not_kept(
    simulator: Simulator,
    says: Says,
    in_a_folder: Path,
    before: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(simulator, "accepts", lambda _: False)
    says("2", simulator.base_url, "1", "coder-model", "2")
    assert main(("setup",)) == 1
    assert keys() == {}
    assert "refused the key" in capsys.readouterr().err
    assert chosen(in_a_folder) is None
    if before:
        Vault(vault_file()).keep(simulator.origin, SecretStr(before))
        says("2", simulator.base_url, "coder-model", "2")
        assert main(("setup",)) == 1
        assert keys() == {simulator.origin: before}


@pytest.mark.usefixtures("types_key")
def test_who_goes_away_in_the_middle_leaves_nothing_behind(
    simulator: Simulator, says: Says, in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says("2", simulator.base_url, "1")
    assert main(("setup",)) == 1
    assert capsys.readouterr().err.endswith("Stopped; nothing was changed.\n")
    assert keys() == {}
    assert chosen(in_a_folder) is None


@pytest.mark.usefixtures("types_key")
def test_a_service_with_a_key_is_named_by_its_number(
    says: Says, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dead proxy stands for the network, so that nothing leaves this machine."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    says("1", "1", "", "1")
    assert main(("setup",)) == 1
    said = capsys.readouterr().err
    assert "One gets a key at https://" in said
    assert "(Enter takes qwen3.7-plus)" in said
    assert "through which dashscope-intl.aliyuncs.com is asked, can't be reached" in said
    assert keys() == {}


# Status.


def test_nothing_to_ask_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("status",)) == 1
    assert "; run `qwen-lsp setup`." in capsys.readouterr().err


@pytest.mark.usefixtures("has_key")
def test_the_status_says_who_says_so(
    setup: tuple[str, ...], in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(setup) == 0
    capsys.readouterr()
    assert main(("status",)) == 0
    said = capsys.readouterr().out
    assert f"what was chosen for {in_a_folder}" in said
    assert "coder-model" in said
    assert "paid by the key in OPENAI_API_KEY." in said
    assert main(("status", "--json")) == 0
    fields = json.loads(capsys.readouterr().out)
    assert (fields["provider"], fields["model"]) == ("custom", "coder-model")
    assert fields["paidBy"] == "the key in OPENAI_API_KEY"
    assert KEY not in said + str(fields)


def test_the_status_where_no_key_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    Choices(choice_file()).choose(LastChoice("ollama", "m"), None)
    assert main(("status",)) == 0
    assert capsys.readouterr().out == (
        "Ollama (what was chosen everywhere) would be asked: m (what was chosen everywhere), "
        "without a key.\n"
    )


def test_the_status_of_what_nobody_pays_for(capsys: pytest.CaptureFixture[str]) -> None:
    Choices(choice_file()).choose(LastChoice("qwen-oauth"), None)
    assert main(("status",)) == 1
    assert "run qwen-lsp login --provider qwen-oauth." in capsys.readouterr().err
    Choices(choice_file()).choose(LastChoice("dashscope-intl"), None)
    assert main(("status",)) == 1
    assert "login --provider dashscope-intl --api-key." in capsys.readouterr().err
    Choices(choice_file()).choose(LastChoice("simulator"), None)
    assert main(("status",)) == 1
    assert capsys.readouterr().err == (
        "The address of Qwen's simulator is not known; say it with --base-url ADDRESS, as "
        "`qwen-lsp use` takes it.\n"
    )


# Models.


@pytest.mark.usefixtures("has_key")
def test_the_models_are_listed_one_a_line(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("models", "custom", "--base-url", simulator.base_url)
    assert main(named) == 0
    names = capsys.readouterr().out.splitlines()
    assert names[:2] == ["coder-model", "simulator"]
    assert main((*named, "--json")) == 0
    assert json.loads(capsys.readouterr().out)["models"] == names


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("nobody",), 2, "There is no provider"),
        (("ollama",), 1, "ollama serve"),
        (("openrouter",), 1, "needs a key"),
        ((), 1, "no model to ask yet"),
    ],
)
def test_where_there_is_no_list_that_is_said(
    words: tuple[str, ...],
    status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = dict(providers.providers())
    rows["ollama"] = replace(rows["ollama"], base_url="http://127.0.0.1:9/v1")
    monkeypatch.setattr("qwen_lsp.services.services.providers", lambda: MappingProxyType(rows))
    assert main(("models", *words)) == status
    assert says in capsys.readouterr().err


@pytest.mark.usefixtures("has_key")
def test_the_real_program_does_the_same(setup: tuple[str, ...]) -> None:
    code = "import sys; from qwen_lsp.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *setup]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Ready: coder-model on 127.0.0.1")


def test_red_is_kept_out_by_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(("status",)) == 1
    assert terminal.getvalue().startswith("\x1b[31m")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.truncate(0)
    terminal.seek(0)
    assert main(("status",)) == 1
    assert "\x1b" not in terminal.getvalue()


@pytest.mark.usefixtures("has_key")
def test_who_reads_no_further_hears_no_complaint(simulator: Simulator) -> None:
    code = "import sys; from qwen_lsp.cli import main; sys.exit(main(sys.argv[1:]))"
    named = ("models", "custom", "--base-url", simulator.base_url)
    with subprocess.Popen(
        [sys.executable, "-c", code, *named], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0


def test_a_terminal_without_the_letters_is_written_to_all_the_same(in_a_folder: Path) -> None:
    folder = in_a_folder / "🦆"
    folder.mkdir()
    code = "import sys; from qwen_lsp.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "trust", str(folder)],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\\U0001f986" in done.stdout


def test_a_fault_of_ours_is_told_without_what_looks_like_a_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Bearer sk-7Qx-0123456789")

    monkeypatch.setattr("qwen_lsp.command_line.status.services_of", broken)
    assert main(("status",)) == 1
    said = capsys.readouterr().err
    assert "please report what stands above" in said
    assert "KeyError" in said
    assert "7Qx" not in said
    assert main(("status", "--json")) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "failed"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("lines", [("1", "n"), ("1",), ()])
def test_a_service_stays_chosen_where_no_editor_is_set_up(
    says: Says, in_a_folder: Path, lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    says("1", "1", "2", *lines)
    assert main(("setup",)) == 0
    assert capsys.readouterr().out.endswith("No editor's file was changed.\n")
    assert chosen(in_a_folder) is not None


def test_each_command_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--help",), *((name, "--help") for name in COMMANDS)):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 0
        said = capsys.readouterr().out
        assert "None" not in said
    for name in ("login", "logout", "status", "models", "use", "setup", "trust", "doctor"):
        assert name in COMMANDS
        with pytest.raises(SystemExit):
            main((name, "--help"))
        assert "--json" in capsys.readouterr().out
