"""Files that the editor is to show, for the user's eyes only; they go when the server ends."""

import tempfile
import threading
from pathlib import Path


class PrivateFiles:
    """A folder of them (0600 in 0700), made when the first one is written."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._one_at_a_time = threading.Lock()

    def written(self, name: str, text: str) -> Path:
        """The file of this name, which holds `text` from now on, with the line ends as they are.

        Blocks for the time that writing takes. Raises OSError.
        """
        with self._one_at_a_time:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(
                    prefix="qwen-lsp-", ignore_cleanup_errors=True
                )
        # Some editors name a file by where it really is.
        path = Path(self._folder.name).resolve() / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        return path

    def close(self) -> None:
        """Removes them."""
        if self._folder:
            self._folder.cleanup()
