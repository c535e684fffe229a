"""Which workspace folders their user trusts: remembered by path and by what stood in them then.

A folder whose content has changed is not trusted any more, and one that nobody was asked about was
never.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..storage.files import alone, content, data_folder, write
from .folder import Offer

log = logging.getLogger(__name__)

_ABOUT = (
    "Written by qwen-lsp. Workspace folders whose .env and .qwen/settings.json may give keys, by "
    "their path and a hash of what stood in them when their user said so (`qwen-lsp trust`)."
)


def trust_file() -> Path:
    """Where the file is. Raises AccountError without a home."""
    return data_folder() / "trust.json"


class Trust:
    """The decisions in the file at `path`. All that it does blocks."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def decision(self, offer: Offer) -> bool | None:
        """Whether the user trusts a folder as it is now; None where nobody has said."""
        entry = self._folders().get(_name(offer.folder))
        if not isinstance(entry, dict) or entry.get("content") != offer.digest:
            return None
        trusted = entry.get("trusted")
        return trusted if isinstance(trusted, bool) else None

    def decide(self, offer: Offer, *, trusted: bool) -> None:
        """The user has said so. Raises AccountError."""
        entry = {"content": offer.digest, "trusted": trusted}
        with alone(self.path):
            self._write({**self._folders(), _name(offer.folder): entry})

    def revoke(self, folder: Path) -> bool:
        """Forgets a folder; whether it was known. Raises AccountError."""
        with alone(self.path):
            folders = dict(self._folders())
            was_known = folders.pop(_name(folder), None) is not None
            if was_known:
                self._write(folders)
        return was_known

    def _folders(self) -> Mapping[str, Any]:
        try:
            text = content(self.path) or b"{}"
            held = json.loads(text.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            log.warning("the file of trusted folders holds no JSON; none is trusted")
            return {}
        folders = held.get("folders") if isinstance(held, dict) else None
        return folders if isinstance(folders, dict) else {}

    def _write(self, folders: Mapping[str, Any]) -> None:
        text = json.dumps({"about": _ABOUT, "folders": folders}, indent=2, ensure_ascii=False)
        write(self.path, f"{text}\n".encode("utf-8", "surrogateescape"))


def _name(folder: Path) -> str:
    return os.path.normcase(folder)
