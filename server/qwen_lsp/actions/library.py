"""Reads the files of actions: the built-in ones, and a folder of the user's."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from .action import Action
from .action_file import ActionFault, read_action

MOST_BYTES = 256 * 1024


class Folder(NamedTuple):
    """What a folder holds: the actions, by id, and what is wrong in which file."""

    actions: tuple[Action, ...]
    faults: dict[str, list[ActionFault]]


@cache
def builtin_actions() -> tuple[Action, ...]:
    """The actions that come with the server, by id."""
    folder = _read(files("qwen_lsp.actions").joinpath("builtin").iterdir())
    if folder.faults:
        raise ValueError(f"A built-in action is faulty: {folder.faults}")
    return folder.actions


def read_folder(path: Path) -> Folder:
    """The `*.md` files of a folder. One that is not there is empty; a bad file is a fault."""
    try:
        return _read(path.iterdir())
    except OSError:
        return Folder((), {})


def _read(entries: Iterable[Path | Traversable]) -> Folder:
    actions: list[Action] = []
    faults: dict[str, list[ActionFault]] = {}
    for file in sorted(entries, key=lambda each: each.name.removesuffix(".md")):
        if not file.name.endswith(".md") or not file.is_file():
            continue
        action, wrong = _read_file(file)
        if action:
            actions.append(action)
        if wrong:
            faults[file.name] = wrong
    return Folder(tuple(actions), faults)


def _read_file(file: Path | Traversable) -> tuple[Action | None, list[ActionFault]]:
    try:
        with file.open("rb") as stream:
            text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            return None, [ActionFault(0, "The file is too long for an action (256 KiB).")]
        return read_action(file.name.removesuffix(".md"), text.decode())
    except UnicodeDecodeError:
        return None, [ActionFault(0, "The file is not UTF-8.")]
    except OSError as error:
        return None, [ActionFault(0, f"The file can't be read: {error.strerror}.")]
