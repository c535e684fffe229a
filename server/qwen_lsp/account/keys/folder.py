"""What a workspace folder would let in, if its user trusted it: read once, judged and used as read.

What is a link is nothing: it would let a repository name files elsewhere.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..storage.files import content, is_link
from .places import KeyPlace, variables_in
from .qwen_code_settings import read_settings

ENV_FILES = (".qwen/.env", ".env")
"""In the order of Qwen Code: the first one counts, and no other."""
SETTINGS = ".qwen/settings.json"
ACTIONS = ".qwen/actions"


@dataclass(frozen=True)
class Offer:
    """What a folder holds; `files` are their contents by their paths in the folder."""

    folder: Path
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """Another one for any other content, name or number of files."""
        whole = hashlib.sha256()
        for name, text in sorted(self.files.items()):
            whole.update(f"{len(name)} {name} {len(text)} ".encode())
            whole.update(text)
        return whole.hexdigest()

    def env_place(self) -> KeyPlace | None:
        """What the first .env file says."""
        for name in ENV_FILES:
            if name in self.files:
                path = str(self.folder / name)
                return KeyPlace(path, variables_in(self.files[name]), is_users=False)
        return None

    def settings_place(self) -> KeyPlace | None:
        """What the settings of Qwen Code say."""
        if SETTINGS not in self.files:
            return None
        path = str(self.folder / SETTINGS)
        return read_settings(self.files[SETTINGS], path, {}, is_users=False)[0]

    def names_of(self, variables: frozenset[str]) -> tuple[str, ...]:
        """The paths of those of its files that would count, given the variables that are read."""
        found = [self.env_place(), self.settings_place()]
        return tuple(
            Path(place.path).relative_to(self.folder).as_posix()
            for place in found
            if place and (place.services or variables & place.variables.keys())
        )


def offer_of(folder: Path) -> Offer:
    """What there is in `folder`, which is a path without links. Blocks."""
    names = [*ENV_FILES, SETTINGS]
    if not is_link(folder / ".qwen"):
        names += [f"{ACTIONS}/{each.name}" for each in sorted((folder / ACTIONS).glob("*.md"))]
    found = {name: content(folder / name, follows_links=False) for name in names}
    return Offer(folder, {name: text for name, text in found.items() if text is not None})
