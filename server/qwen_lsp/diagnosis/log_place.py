"""Whether servers can write their logs, and where one that runs has its own."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .finding import Finding

_AGAIN = "Start the editor again, and it has one."


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
