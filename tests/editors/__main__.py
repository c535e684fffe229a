"""Plays the stories in each editor that is named; exits with 1 where one is not as it must be.

`make editors STORIES="typing-outside moving"` plays those alone.
"""

import sys
import tempfile
from pathlib import Path

from .programs import CLIENTS, Program, installed
from .stage import at_home, simulated, staged
from .stories import AGREED, STORIES, Episode
from .story import Story
from .terminal import Terminal

SAMPLE = CLIENTS / "vscode" / "try" / "sample.py"
NAMES = "NVIM, HELIX, EMACS"
MAIN = "signing-in-and-undo"
"""The story that signs in, refactors, undoes, stops and discards."""


def main(wanted: list[str]) -> int:
    """The exit status."""
    editors = installed()
    if not editors:
        say(f"Name the programs of editors in the environment: {NAMES}. tmux must be there too.")
        return 2
    names = [MAIN, *(each.name for each in STORIES)]
    if unknown := set(wanted) - set(names):
        say(f"There is no story {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
        return 2
    wrong = 0
    played = wanted or [name for name in names if name not in AGREED]
    for program, path in editors:
        for name in played:
            told = next((each for each in STORIES if each.name == name), None)
            try:
                said = tell(program, path, told) if told else play(program, path)
            except AssertionError as error:
                wrong += 1
                say(f"{path}, {name}: FAILED: {error}")
            else:
                say(f"{path}, {name}: {said}")
    return int(wrong > 0)


def play(program: Program, path: str) -> str:
    """Plays the main story in one editor, in an empty home."""
    knobs = ["--pace", "60", "--approval", "approve"]
    with tempfile.TemporaryDirectory() as place, simulated(knobs) as base_url:
        home, folder = Path(place, "home"), Path(place, "folder")
        home.mkdir()
        folder.mkdir()
        file = folder / "sample.py"
        file.write_text(SAMPLE.read_text())
        command = [path, *program.set_up(home, base_url), str(file)]
        terminal = Terminal(command, folder=folder, environment=at_home(home))
        try:
            Story(program, terminal, file).play()
        finally:
            terminal.close()
    return "all is well"


def tell(program: Program, path: str, told: Episode) -> str:
    """Plays a story of its own editor; what was seen."""
    with staged(program, path, told.scene) as stage:
        try:
            stage.start()
            return told.play(stage)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{stage.report}") from error


def say(text: str) -> None:
    """Tells the one who runs it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
