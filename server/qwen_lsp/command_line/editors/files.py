"""Where editors keep the files that qwen-lsp adds to, and how it is called from there."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qwen_lsp.errors import RequestError

from . import emacs, helix, neovim

Merged = Callable[[str, str, str], str]


@dataclass(frozen=True)
class EditorFile:
    """The file of an editor, and what becomes of its text: text, program and path to a text."""

    name: str
    path: Path
    merged: Merged
    hint: str = ""


def editor_file(editor: str, environ: Mapping[str, str]) -> EditorFile:
    """The file of `helix`, `neovim` or `emacs`. Raises RequestError without a home."""
    try:
        home = Path.home()
    except RuntimeError:
        raise RequestError("There is no home directory to look for an editor in.") from None
    if editor == "helix":
        path = _config(home, environ, "APPDATA") / "helix" / "languages.toml"
        hint = "`hx --health python` says whether Helix finds qwen-lsp."
        return EditorFile("Helix", path, helix.merged, hint)
    if editor == "neovim":
        folder = environ.get("NVIM_APPNAME") or "nvim"
        path = _config(home, environ, "LOCALAPPDATA") / folder / "lsp" / "qwen.lua"
        return EditorFile("Neovim", path, neovim.merged, neovim.HINT)
    return EditorFile("Emacs", _emacs(home, environ), emacs.merged, emacs.HINT)


EDITORS = ("helix", "neovim", "emacs")


def program() -> str:
    """What an editor has to start: the bare name where that is found, else the whole path."""
    if shutil.which("qwen-lsp"):
        return "qwen-lsp"
    beside = Path(sys.executable).with_name(
        "qwen-lsp.exe" if sys.platform == "win32" else "qwen-lsp"
    )
    return str(beside) if beside.is_file() else "qwen-lsp"


def _config(home: Path, environ: Mapping[str, str], on_windows: str) -> Path:
    if sys.platform == "win32" and environ.get(on_windows):
        return Path(environ[on_windows])
    given = Path(environ.get("XDG_CONFIG_HOME") or "")
    return given if given.is_absolute() else home / ".config"


def _emacs(home: Path, environ: Mapping[str, str]) -> Path:
    """The init file that Emacs reads, in its order (its manual, "Find Init")."""
    if sys.platform == "win32" and environ.get("APPDATA"):
        home = Path(environ["APPDATA"])
    xdg = _config(home, environ, "") / "emacs"
    known = (home / ".emacs.el", home / ".emacs", home / ".emacs.d" / "init.el", xdg / "init.el")
    for path in known:
        if os.path.lexists(path):
            return path
    is_xdg = xdg.is_dir() and not (home / ".emacs.d").is_dir()
    return xdg / "init.el" if is_xdg else home / ".emacs.d" / "init.el"
