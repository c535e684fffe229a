"""One editor with one file, a simulated service, and what is seen of both."""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import recording as recorder
from .programs import Program
from .recording import WireLog
from .terminal import Terminal, wait_until

SERVER = Path(sys.executable).with_name("qwen-lsp")
WRITTEN = 0.5
"""Seconds in which a file is saved."""
GLANCE = 0.15
"""Seconds between two looks at the screen."""
KEY = "sk-simulator"


@dataclass(frozen=True)
class Opening:
    """What a story begins with: a file, a reply of the model in lines, and how fast it comes."""

    name: str
    text: str
    reply: str
    seconds: float
    formats: bool = False
    """Whether the editor formats a style sheet when it saves it."""

    @property
    def knobs(self) -> list[str]:
        """The options of the simulator."""
        language = Path(self.name).suffix[1:]
        text = f"```{language}\n{self.reply}```\n"
        pace = self.seconds * 1000 / (len(text) / 4)
        return ["--reply", text, "--pace", str(round(pace))]


@dataclass
class EditorStage:
    """A story's editor: its keys, its file, what it has shown and what it has said."""

    program: Program
    terminal: Terminal
    file: Path
    wire: WireLog
    _shown: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def saved(self) -> str:
        """The file; there is none at the moment in which an editor puts a new one in its place."""
        with suppress(FileNotFoundError):
            return self.file.read_text()
        return ""

    def start(self) -> None:
        """Has the server started."""

        def is_ready() -> bool:
            self.program.start(self.terminal)
            return wait_until(lambda: self.wire.is_ready, patience=8)

        assert wait_until(is_ready), "the server does not start"
        time.sleep(1)

    def holds(self, wanted: str, what: str) -> None:
        """Saves, and compares the file."""
        self.save()
        self.was_left(wanted, what)

    def was_left(self, wanted: str, what: str) -> None:
        """Compares the file as it is on the disk."""
        assert self.saved == wanted, f"{what} was expected, but the file is:\n{self.saved}"

    @property
    def report(self) -> str:
        """What the server has said, and what is shown."""
        said = [
            params["message"] for _, params in self.wire.messages("window/showMessage", by="server")
        ]
        return f"The server said {said}. The screen:\n{self.terminal.screen}"

    def save(self) -> str:
        """The file after it was saved."""
        self.program.save(self.terminal)
        time.sleep(WRITTEN)
        return self.saved

    def type_steadily(self, text: str, *, every: float) -> None:
        """Types a text, a key each `every` seconds."""
        due = time.monotonic()
        for character in text:
            if character == "\n":
                self.terminal.keys("Enter")
            else:
                self.terminal.types(character)
            due += every
            time.sleep(max(0, due - time.monotonic()))

    def lands(self, mark: str, *, patience: float = 30) -> None:
        """Waits for the first line of the reply."""
        landed = wait_until(lambda: bool(self.wire.landings(mark)), patience=patience, every=0.2)
        assert landed, "nothing of the reply has come"

    def ends(self, *, patience: float = 60) -> None:
        """Waits for the end of every job."""
        has_ended = wait_until(lambda: self.wire.running == 0, patience=patience, every=0.2)
        assert has_ended, f"the job does not end within {patience:.0f} s"

    def shows(self, pattern: str, *, patience: float = 10) -> None:
        """Waits until the screen has shown a sentence since the story began."""
        looked = re.compile(pattern)

        def is_seen() -> bool:
            with self._lock:
                return any(looked.search(each) for each in self._shown)

        assert wait_until(is_seen, patience=patience, every=0.2), f"“{pattern}” was never shown"

    def look(self) -> None:
        """Keeps what the screen shows, until the stage is taken down."""
        while not self._is_over.wait(GLANCE):
            screen = " ".join(self.terminal.screen.split())
            with self._lock:
                if not self._shown or self._shown[-1] != screen:
                    self._shown.append(screen)

    def close(self) -> None:
        """Ends the editor."""
        self._is_over.set()
        self.terminal.close()


@contextmanager
def staged(program: Program, path: str, scene: Opening) -> Iterator[EditorStage]:
    """An editor with its file, in an empty home where a simulated service answers."""
    with tempfile.TemporaryDirectory() as place, simulated(scene.knobs) as base_url:
        home, folder, log = Path(place, "home"), Path(place, "folder"), Path(place, "wire")
        home.mkdir()
        folder.mkdir()
        file = folder / scene.name
        file.write_text(scene.text)
        environment = at_home(home)
        _choose(base_url, environment, folder)
        programs = _recorded(Path(place, "bin"), log)
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
        command = [path, *program.set_up(home), str(file)]
        if scene.formats:
            program.format_on_save(home)
        terminal = Terminal(command, folder=folder, environment=environment)
        stage = EditorStage(program, terminal, file, WireLog(log))
        looking = threading.Thread(target=stage.look, daemon=True)
        looking.start()
        try:
            yield stage
        finally:
            stage.close()
            looking.join()


@contextmanager
def simulated(knobs: list[str]) -> Iterator[str]:
    """The address of a simulated service, as long as it lasts."""
    command = [str(SERVER), "simulate", "--port", "0", *knobs]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as service:
        assert service.stdout
        try:
            yield json.loads(service.stdout.readline())["baseUrl"]
        finally:
            service.terminate()


def at_home(home: Path) -> dict[str, str]:
    """An environment with an empty home, so that nobody's own settings take part."""
    names = ("HELIX_RUNTIME", "VIMRUNTIME", "LANG")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    path = f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}"
    terminal = {"TERM": "xterm-256color", "BROWSER": "true"}
    return {"LANG": "C.UTF-8", **kept, **terminal, "PATH": path, "HOME": str(home)}


def _choose(base_url: str, environment: dict[str, str], folder: Path) -> None:
    """Has the service answer by a key, so that a story needs no sign-in."""
    at = ["--base-url", base_url]
    for arguments in (
        ["login", "--provider", "custom", "--api-key", *at],
        ["use", "--everywhere", *at, "custom", "simulator"],
    ):
        subprocess.run(
            [SERVER, *arguments], env=environment, cwd=folder,
            input=KEY, text=True, check=True, capture_output=True,
        )  # fmt: skip


def _recorded(folder: Path, log: Path) -> Path:
    """A folder with a server program that writes down what is said."""
    folder.mkdir()
    program = folder / SERVER.name
    recording = f'"{sys.executable}" "{recorder.__file__}" "{log}" "{SERVER}"'
    program.write_text(f'#!/bin/sh\nexec {recording} "$@"\n')
    program.chmod(0o755)
    return folder
