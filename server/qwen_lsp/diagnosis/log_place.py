"""Whether servers can write their logs."""

import tempfile
from pathlib import Path

from .finding import Finding


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
