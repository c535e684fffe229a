"""The command line."""

import logging
import subprocess
import sys
import types
from importlib.metadata import version
from typing import Any

import pytest

from qwen_lsp import cli, log
from qwen_lsp.cli import main


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for the server: what was served, after the level of the log."""
    calls: list[Any] = []

    def serve(server: Any) -> int:
        calls.append(server)
        return 7

    server: Any = types.ModuleType("qwen_lsp.lsp.server")
    stdio: Any = types.ModuleType("qwen_lsp.lsp.rpc.stdio")
    server.create_server = lambda *, command_line: " ".join(("the server", *command_line.values()))
    stdio.serve = serve
    monkeypatch.setitem(sys.modules, server.__name__, server)
    monkeypatch.setitem(sys.modules, stdio.__name__, stdio)
    monkeypatch.setattr(log, "start_logging", calls.append)
    return calls


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ([], logging.INFO),
        (["--stdio"], logging.INFO),
        (["--stdio", "--clientProcessId=12"], logging.INFO),
        (["--log-level", "debug"], logging.DEBUG),
        (["--log-level=error", "--stdio"], logging.ERROR),
    ],
)
def test_it_serves(words: list[str], level: int, served: list[Any]) -> None:
    assert main(words) == 7
    assert served == [level, "the server"]


def test_it_serves_with_the_service_and_model_that_it_is_started_with(served: list[Any]) -> None:
    assert main(["--provider", "ollama", "--model", "m"]) == 7
    assert served[1] == "the server ollama m"


@pytest.mark.parametrize(
    "words", [["--nonsense"], ["nonsense"], ["--log-level", "loud"], ["--log", "debug"], ["--vers"]]
)
def test_what_it_does_not_know_is_a_usage_error(
    words: list[str], served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert "usage: qwen-lsp" in capsys.readouterr().err
    assert served == []


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"qwen-lsp {version('qwen-lsp')}\n"


def test_help_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    for word in ("--version", "--log-level", "simulate"):
        assert word in text
    assert "--stdio" not in text


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_nothing_heavy_is_imported_to_say_it(words: list[str]) -> None:
    program = (
        "import sys; from qwen_lsp.cli import main\n"
        f"try: main({words})\n"
        "except SystemExit: pass\n"
        "heavy = {'pygls', 'lsprotocol', 'httpx', 'pydantic', 'asyncio'} & {*sys.modules}\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=20
    )
    assert done.returncode == 0, done.stderr


def test_at_a_terminal_it_says_who_starts_it(
    served: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert main([]) == 7
    assert "an editor that starts it" in capsys.readouterr().err


def simulator(monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
    command: Any = types.ModuleType("qwen_lsp.simulator.command")
    vars(command).update(functions)
    monkeypatch.setitem(sys.modules, command.__name__, command)
    import qwen_lsp.simulator

    monkeypatch.setattr(qwen_lsp.simulator, "command", command, raising=False)


def test_simulate_is_given_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator(
        monkeypatch,
        add_arguments=lambda parser: parser.add_argument("--port", type=int),
        run=lambda arguments: arguments.port,
    )
    assert main(["simulate", "--port", "3"]) == 3


def test_simulate_without_its_packages_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: object) -> int:
        raise ModuleNotFoundError("No module named 'starlette'", name="starlette")

    simulator(monkeypatch, add_arguments=lambda _: None, run=run)
    assert main(["simulate"]) == 1
    assert 'install "qwen-lsp[demo]"' in capsys.readouterr().err


@pytest.mark.parametrize("name", ["qwen_lsp.gone", None])
def test_a_module_of_ours_that_is_missing_is_a_fault(
    name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        raise ModuleNotFoundError("ours", name=name)

    simulator(monkeypatch, add_arguments=lambda _: None, run=run)
    with pytest.raises(ModuleNotFoundError):
        main(["simulate"])


def test_the_levels_are_those_of_logging() -> None:
    assert list(cli.LEVELS) == ["debug", "info", "warning", "error"]
