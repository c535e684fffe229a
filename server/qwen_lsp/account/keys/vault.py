"""The keys that `qwen-lsp login` was given: in the system's keyring, else in a file of their own.

The file is there in both cases. It tells for which origins there is a key, so that the keyring is
asked for those alone, and it changes with each key, so that running servers notice.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from qwen_lsp.errors import AccountError

from ..fields import visible
from ..storage.files import alone, content, data_folder, write
from . import keyring_entries

log = logging.getLogger(__name__)

Kept = Literal["keyring", "file"]

_ABOUT = (
    "Written by qwen-lsp. API keys by the origin that they belong to. Those without a key here are "
    "in the system's keyring, under qwen-lsp; the others stand here as they are, because there was "
    "no keyring. `qwen-lsp logout` removes them."
)


def vault_file() -> Path:
    """Where the file is. Raises AccountError without a home."""
    return data_folder() / "keys.json"


class Vault:
    """The keys under `path`. All that it does blocks, for as long as a keyring takes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[object, Mapping[str, SecretStr]] = (None, {})

    def keys(self) -> Mapping[str, SecretStr]:
        """The keys by origin; read anew where the file has changed."""
        text = content(self.path)
        if text != self._known[0]:
            entries = _entries(text)
            found = {origin: _key(origin, entry) for origin, entry in entries.items()}
            # A keyring that is locked now may be open the next time.
            is_whole = None not in found.values()
            keys = {origin: key for origin, key in found.items() if key is not None}
            self._known = (text if is_whole else None, keys)
        return self._known[1]

    def keep(self, origin: str, key: SecretStr) -> Kept:
        """Keeps the key for `origin`; where. Raises AccountError."""
        with alone(self.path):
            entries = _entries(content(self.path))
            in_keyring = keyring_entries.keep(origin, key)
            # The mark changes the file also where only what the keyring holds has changed.
            entry: dict[str, Any] = {"mark": str(uuid.uuid4())}
            if not in_keyring:
                entry["key"] = key.get_secret_value()
            self._write({**entries, origin: entry})
        return "keyring" if in_keyring else "file"

    def forget(self, origin: str) -> bool:
        """Forgets the key for `origin`; whether there was one. Raises AccountError."""
        with alone(self.path):
            entries = dict(_entries(content(self.path)))
            entry = entries.pop(origin, None)
            if entry is None:
                return False
            self._write(entries)
        if "key" not in entry and not keyring_entries.forget(origin):
            raise AccountError(
                f"The key for {origin} is no longer used, but the keyring did not delete it; "
                f"delete the entry “{keyring_entries.SERVICE}” there by hand."
            )
        return True

    def _write(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        text = json.dumps({"about": _ABOUT, "keys": entries}, indent=2, ensure_ascii=False)
        write(self.path, f"{text}\n".encode())


def _entries(text: bytes | None) -> Mapping[str, dict[str, Any]]:
    try:
        held = json.loads(text or b"{}")
    except ValueError:
        log.warning("the file of keys holds no JSON")
        return {}
    keys = held.get("keys") if isinstance(held, dict) else None
    if not isinstance(keys, dict):
        return {}
    return {origin: entry for origin, entry in keys.items() if isinstance(entry, dict)}


def _key(origin: str, entry: Mapping[str, Any]) -> SecretStr | None:
    if "key" not in entry:
        return keyring_entries.read(origin)
    key = visible(entry["key"])
    return SecretStr(key) if key else None
