"""The log of this server: where it is, or why there is none."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..diagnosis.finding import Finding
from ..diagnosis.log_place import log_found

_AGAIN = "Start the editor again, and it has one."


def own_log_found(file: Path | None, folder: Path) -> Finding:
    """The log of the server that asks: `file`, None where none could be begun in `folder`. Blocks.

    A file that is no longer there is written to all the same, where nobody can read it.
    """
    found = log_found(file.parent if file else folder)
    if file and is_there(file):
        said = f"It is {file}."
        return replace(found, sentence=said if found.grade == "ok" else f"{said} {found.sentence}")
    if found.grade != "ok":
        return replace(found, way_out=f"{found.way_out} Then start the editor again.")
    said = f"The file {file} is gone." if file else "None could be written when this server began."
    return Finding("Log", "warning", said, _AGAIN)


def is_there(file: Path) -> bool:
    """Whether there is such a file that can be looked at. Blocks."""
    with suppress(OSError):
        return file.is_file()
    return False
