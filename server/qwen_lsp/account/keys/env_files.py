"""The .env file that counts: Qwen Code's order from the workspace folder upward, then the user's.

Of all of them the first one counts, and no other. One in a folder that its user does not trust is
passed over, and the search goes on.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..storage.files import content
from .folder import Offer, offer_of
from .places import KeyPlace, variables_in

IsTrusted = Callable[[Offer], bool]


def home_of(environ: Mapping[str, str]) -> Path | None:
    """The user's home; None where there is none."""
    named = environ.get("HOME") or environ.get("USERPROFILE")
    try:
        return Path(named) if named else Path.home()
    except RuntimeError:
        return None


def qwen_home_of(environ: Mapping[str, str]) -> Path | None:
    """The user's folder of Qwen Code; an empty QWEN_HOME counts as unset."""
    home = home_of(environ)
    named = environ.get("QWEN_HOME", "")
    if named.startswith("~") and home:
        return home / named.lstrip("~").lstrip("/\\")
    if named:
        return Path(named).absolute()
    return home / ".qwen" if home else None


def users_env_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The user's own .env files, first to last."""
    home, qwen_home = home_of(environ), qwen_home_of(environ)
    folders = [qwen_home, home / ".qwen" if home else None, home]
    return tuple(dict.fromkeys(folder / ".env" for folder in folders if folder))


def env_place(
    folder: Path | None, environ: Mapping[str, str], is_trusted: IsTrusted
) -> KeyPlace | None:
    """What the .env file says that counts, seen from `folder`, a path without links. Blocks."""
    for above in _up_to_home(folder, environ):
        offer = offer_of(above)
        place = offer.env_place()
        if place and is_trusted(offer):
            return place
    for path in users_env_files(environ):
        text = content(path)
        if text is not None:
            return KeyPlace(str(path), variables_in(text))
    return None


def _up_to_home(folder: Path | None, environ: Mapping[str, str]) -> Iterator[Path]:
    """The folder and those above it, without the user's home and what is above that.

    Nothing above one's home is more one's own than what lies in it.
    """
    home = home_of(environ)
    end = home.resolve() if home else None
    for above in (folder, *folder.parents) if folder else ():
        if above == end:
            return
        yield above
