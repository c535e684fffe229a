"""What its user has chosen last for the workspace, in memory and on disk."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ..account.choice import Choices, LastChoice, choice_file
from ..errors import AccountError, RequestError


class ChosenLast:
    """The choice that counts for the folders that are open, by the last look."""

    def __init__(self) -> None:
        self.choice: LastChoice | None = None
        self.disagreement = ""
        """The sentence why it can't be said which one counts, if that is so."""

    async def look(self, folders: Sequence[Path]) -> None:
        """Looks again, for these folders."""
        self.choice, self.disagreement = await asyncio.to_thread(_of, folders)

    async def keep(self, choice: LastChoice | None, folders: Sequence[Path] | None) -> None:
        """Keeps a choice for the folders of a workspace or, for None, everywhere; or forgets one.

        It counts from the next look on. Raises AccountError.
        """
        await asyncio.to_thread(_keep, choice, folders)


def _of(folders: Sequence[Path]) -> tuple[LastChoice | None, str]:
    try:
        return Choices(choice_file()).of(_real(folders)), ""
    except AccountError:
        return None, ""
    except RequestError as error:
        return None, str(error)


def _keep(choice: LastChoice | None, folders: Sequence[Path] | None) -> None:
    Choices(choice_file()).choose(choice, None if folders is None else _real(folders))


def _real(folders: Sequence[Path]) -> list[Path]:
    """Without links, so that a folder has one name."""
    return [_without_links(folder) for folder in folders]


def _without_links(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError):
        return folder
