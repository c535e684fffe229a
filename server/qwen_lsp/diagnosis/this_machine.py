"""What can be seen without a network: whether logs can be written, which settings files count."""

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qwen_lsp.account.keys.places import KeyPlace
from qwen_lsp.account.keys.sources import KeySources

from .finding import Finding

_ABOUT = "Settings"
_NONE = "No .env file and no settings of Qwen Code count here."


def log_found(folder: Path) -> Finding:
    """Makes the folder if need be, and tries to write in it. Blocks."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"tried")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        said = f"Servers can't write their logs in {folder} ({reason})."
        way_out = "Make it a folder that you may write in, on a disk with space left."
        return Finding("Log", "warning", said, way_out)
    return Finding("Log", "ok", f"Each server writes a file of its own in {folder}.")


def settings_found(keys: KeySources) -> list[Finding]:
    """The files that the last look has read, those it could not, and those of no trusted folder."""
    places = keys.known.places
    broken = [_broken(place) for place in places if place.form == "unreadable"]
    return [_read(keys, [place for place in places if place.form != "unreadable"]), *broken]


def _broken(place: KeyPlace) -> Finding:
    said = f"{place.path} is no JSON that can be read, so nothing of it counts."
    way_out = "Correct it: comments are allowed, a comma after the last entry is not."
    return Finding(_ABOUT, "warning", said, way_out)


def _read(keys: KeySources, places: Sequence[KeyPlace]) -> Finding:
    read = [place.path for place in places if place.path]
    said = f"Of files {' and '.join(read)} count here." if read else _NONE
    offer = keys.asks
    if offer is None:
        return Finding(_ABOUT, "ok", said)
    trust = f"`qwen-lsp trust {shlex.quote(str(offer.folder))}` lets that count."
    held = f"{said} Nothing in {offer.folder} does, because you have not trusted that folder."
    return Finding(_ABOUT, "warning", held, trust)
