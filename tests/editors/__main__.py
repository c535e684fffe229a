"""Plays the story in each editor that is named; exits with 1 where one is not as it must be."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .programs import CLIENTS, Program, installed
from .story import Story
from .terminal import Terminal

SERVER = Path(sys.executable).with_name("qwen-lsp")
SAMPLE = CLIENTS / "vscode" / "try" / "sample.py"
NAMES = "NVIM, HELIX, EMACS"


def main() -> int:
    """The exit status."""
    editors = installed()
    if not editors:
        say(f"Name the programs of editors in the environment: {NAMES}. tmux must be there too.")
        return 2
    wrong = 0
    for program, path in editors:
        try:
            play(program, path)
        except AssertionError as error:
            wrong += 1
            say(f"{path}: {error}")
        else:
            say(f"{path}: all is well")
    return int(wrong > 0)


def play(program: Program, path: str) -> None:
    """Plays the story in one editor, in an empty home."""
    with tempfile.TemporaryDirectory() as place, simulated() as base_url:
        home, folder = Path(place, "home"), Path(place, "folder")
        home.mkdir()
        folder.mkdir()
        file = folder / "sample.py"
        file.write_text(SAMPLE.read_text())
        command = [path, *program.set_up(home, base_url), str(file)]
        terminal = Terminal(command, folder=folder, environment=_at(home))
        try:
            Story(program, terminal, file).play()
        finally:
            terminal.close()


@contextmanager
def simulated() -> Iterator[str]:
    """The address of a simulated service, as long as it lasts."""
    arguments = ["--port", "0", "--pace", "40", "--approval", "approve"]
    with subprocess.Popen([SERVER, "simulate", *arguments], stdout=subprocess.PIPE) as service:
        assert service.stdout
        try:
            yield json.loads(service.stdout.readline())["baseUrl"]
        finally:
            service.terminate()


def _at(home: Path) -> dict[str, str]:
    """An environment with an empty home, so that nobody's own settings take part."""
    names = ("HELIX_RUNTIME", "VIMRUNTIME", "LANG")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    path = f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}"
    terminal = {"TERM": "xterm-256color", "BROWSER": "true"}
    return {"LANG": "C.UTF-8", **kept, **terminal, "PATH": path, "HOME": str(home)}


def say(text: str) -> None:
    """Tells the one who runs it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
