"""A program in a terminal of its own (tmux): keys go in, and what it shows comes out."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PATIENCE = 60.0
"""Seconds that what is waited for may take."""
ALONE = 0.3
"""Seconds after which an escape is one, and not the beginning of another key."""
LOOK = 0.5
"""Seconds between two looks."""


class Terminal:
    """One program in `folder`, with only what `environment` has in its environment."""

    def __init__(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._socket = folder.parent / "terminal"
        self._environment = dict(environment)
        size = ["-x", "110", "-y", "40"]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder), *command)

    def keys(self, *names: str) -> None:
        """Presses keys by the names that tmux has for them."""
        self._tmux("send-keys", *names)

    def types(self, text: str) -> None:
        """Types a text."""
        self._tmux("send-keys", "-l", "--", text)

    def escape(self) -> None:
        """Presses the escape key."""
        self.keys("Escape")
        time.sleep(ALONE)

    @property
    def screen(self) -> str:
        """What it shows."""
        return self._tmux("capture-pane", "-p")

    def close(self) -> None:
        """Ends it."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
        )
        return done.stdout


def wait_until(
    holds: Callable[[], bool], *, every: float = LOOK, patience: float = PATIENCE
) -> bool:
    """Whether it holds before patience is at an end."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
