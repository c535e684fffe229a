"""The server of another commit, built in a folder that goes again."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class NoBase(Exception):
    """The commit can't be built. The text says why."""


@contextmanager
def built(commit: str) -> Iterator[Path]:
    """The `qwen-lsp` of a commit, with the versions that are pinned there. Raises NoBase."""
    with tempfile.TemporaryDirectory(prefix="qwen-lsp-base-") as folder:
        tree = Path(folder)
        python = tree / ".venv" / "bin" / "python"
        pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        found = f"{commit}^{{commit}}"
        _run("git", "-C", ROOT, "rev-parse", "--quiet", "--verify", found, why="no such commit")
        _run("git", "-C", ROOT, "archive", "--output", tree / "tree.tar", commit)
        _run("tar", "-xf", tree / "tree.tar", "-C", tree)
        _run(sys.executable, "-m", "venv", tree / ".venv")
        _run(*pip, "--require-hashes", "--requirement", tree / "requirements" / "dev.txt")
        _run(*pip, "--no-deps", "--no-build-isolation", "--editable", tree)
        for each in (tree, ROOT):
            # So that a start is measured of both, and a compiler of neither.
            _run(python, "-m", "compileall", "-q", each / "server")
        yield python.with_name("qwen-lsp")


def _run(*command: str | Path, why: str = "") -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoBase(why or f"{' '.join(map(str, command))}: {done.stderr.strip()}")
