"""The service and model that the user has chosen last, for a workspace or everywhere.

A choice counts in its folder and in those below it: code of one project must not go to a service
that was chosen in the window of another.
"""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qwen_lsp.errors import RequestError

from .storage.files import alone, content, data_folder, write

log = logging.getLogger(__name__)

EVERYWHERE = "everywhere"
NO_FOLDER = "windows without a folder"
UNDECIDED = (
    "The folders of this window were given different services; choose one for all of them with "
    "Qwen: Select provider."
)
_ABOUT = (
    "Written by qwen-lsp. The services and models that were chosen for workspace folders, by their "
    "paths, and everywhere else (`qwen-lsp use`)."
)


@dataclass(frozen=True)
class LastChoice:
    """A provider's id, and what else was chosen with it; `base_url` is for one without a fixed one.

    `place` is where it was made for: the path of a folder, everywhere, or windows without a folder.
    """

    provider: str
    model: str | None = None
    base_url: str | None = None
    place: str = EVERYWHERE


def choice_file() -> Path:
    """Where the file is. Raises AccountError without a home."""
    return data_folder() / "choices.json"


def project_of(folder: Path) -> Path:
    """The folder that an editor opens as a whole: the repository around `folder`, else itself.

    The home and what is above it are none, whatever lies there. Blocks.
    """
    home = Path.home().resolve()
    for above in (folder, *folder.parents):
        if above == home:
            break
        if any((above / name).exists() for name in (".git", ".hg", ".jj", ".svn")):
            return above
    return folder


def place_of(folders: Sequence[Path] | None) -> str:
    """What a choice for these folders is made for; None is everywhere."""
    if folders is None:
        return EVERYWHERE
    return " and ".join(str(folder) for folder in folders) or NO_FOLDER


class Choices:
    """The choices in the file at `path`. All that it does blocks.

    Folders are paths without links; a workspace is all the folders of a window.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, folders: Sequence[Path]) -> LastChoice | None:
        """What counts in a workspace; None where nothing was chosen.

        Raises RequestError where its folders were given different services.
        """
        everywhere, workspaces = self._held()
        if found := _read(workspaces.get(_name(folders)), place_of(folders)):
            return found
        found_in = [_nearest(folder, workspaces) or everywhere for folder in folders]
        first = found_in[0] if found_in else everywhere
        if any(_service(each) != _service(first) for each in found_in):
            raise RequestError(UNDECIDED)
        return first

    def choose(self, choice: LastChoice | None, folders: Sequence[Path] | None) -> None:
        """Keeps a choice for a workspace or, for None, everywhere; None in its place forgets one.

        Raises AccountError.
        """
        with alone(self.path):
            everywhere, workspaces = self._raw()
            if folders is None:
                everywhere = _written(choice)
            else:
                kept = {n: entry for n, entry in workspaces.items() if n != _name(folders)}
                workspaces = {**kept, _name(folders): _written(choice)} if choice else kept
            held = {"about": _ABOUT, "everywhere": everywhere, "workspaces": workspaces}
            text = json.dumps(held, indent=2, ensure_ascii=False)
            write(self.path, f"{text}\n".encode("utf-8", "surrogateescape"))

    def _held(self) -> tuple[LastChoice | None, Mapping[str, Any]]:
        everywhere, workspaces = self._raw()
        return _read(everywhere, EVERYWHERE), workspaces

    def _raw(self) -> tuple[object, Mapping[str, Any]]:
        try:
            text = content(self.path) or b"{}"
            held = json.loads(text.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            log.warning("the file of choices holds no JSON; nothing was chosen")
            return None, {}
        held = held if isinstance(held, dict) else {}
        workspaces = held.get("workspaces")
        return held.get("everywhere"), workspaces if isinstance(workspaces, dict) else {}


def _nearest(folder: Path, workspaces: Mapping[str, Any]) -> LastChoice | None:
    """The choice for a folder, else for the nearest one above it."""
    for above in (folder, *folder.parents):
        if found := _read(workspaces.get(_name([above])), str(above)):
            return found
    return None


def _read(entry: object, place: str) -> LastChoice | None:
    fields = entry if isinstance(entry, dict) else {}
    values = {name: fields.get(name) for name in ("provider", "model", "baseUrl")}
    provider, model, base_url = (v if isinstance(v, str) and v else None for v in values.values())
    return LastChoice(provider, model, base_url, place) if provider else None


def _written(choice: LastChoice | None) -> Mapping[str, str] | None:
    if choice is None:
        return None
    held = {"provider": choice.provider, "model": choice.model, "baseUrl": choice.base_url}
    return {name: value for name, value in held.items() if value}


def _service(choice: LastChoice | None) -> object:
    return choice and (choice.provider, choice.model, choice.base_url)


def _name(folders: Sequence[Path]) -> str:
    return "\n".join(sorted(os.path.normcase(folder) for folder in folders))
