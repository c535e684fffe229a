"""Which files count beside what an editor says: an .env file, the settings of Qwen Code."""

import shlex
from collections.abc import Sequence

from qwen_lsp.account.keys.places import Place
from qwen_lsp.account.keys.sources import KeySources

from .finding import Finding

_ABOUT = "Settings"
_NONE = "No .env file and no settings of Qwen Code count here."


def settings_found(keys: KeySources) -> list[Finding]:
    """The files that the last look has read, those it could not, and those of no trusted folder."""
    places = keys.known.places
    broken = [_broken(place) for place in places if place.form == "unreadable"]
    return [_read(keys, [place for place in places if place.form != "unreadable"]), *broken]


def _broken(place: Place) -> Finding:
    said = f"{place.path} is no JSON that can be read, so nothing of it counts."
    way_out = "Correct it: comments are allowed, a comma after the last entry is not."
    return Finding(_ABOUT, "warning", said, way_out)


def _read(keys: KeySources, places: Sequence[Place]) -> Finding:
    read = [place.path for place in places if place.path]
    said = f"Of files {' and '.join(read)} count here." if read else _NONE
    offer = keys.asks
    if offer is None:
        return Finding(_ABOUT, "ok", said)
    trust = f"`qwen-lsp trust {shlex.quote(str(offer.folder))}` lets that count."
    held = f"{said} Nothing in {offer.folder} does, because you have not trusted that folder."
    return Finding(_ABOUT, "warning", held, trust)
