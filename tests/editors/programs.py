"""How each editor is set up, and which keys do what in it."""

import os
import re
from pathlib import Path
from typing import Protocol

from .terminal import Terminal, wait_until

CLIENTS = Path(__file__).parents[2] / "client-example"


class Program(Protocol):
    """An editor in a terminal. Lines are counted from 1."""

    variable: str
    """Names its program in the environment."""

    def set_up(self, home: Path, base_url: str) -> list[str]:
        """Writes its settings; the arguments to start it with, before the file."""

    def sign_in(self, terminal: Terminal) -> None:
        """Asks for a sign-in. To be called until it shows that it is done."""

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        """Refactors lines."""

    def go_to_top(self, terminal: Terminal) -> None:
        """Makes ready for typing at the top of the file."""

    def rest(self, terminal: Terminal) -> None:
        """Ends typing."""

    def do(self, terminal: Terminal, what: str) -> None:
        """Stops, discards or retries."""

    def undo(self, terminal: Terminal) -> None:
        """Takes one step back."""

    def save(self, terminal: Terminal) -> None:
        """Writes the file."""


class Neovim:
    """By the commands of its client."""

    variable = "NVIM"

    def set_up(self, home: Path, base_url: str) -> list[str]:
        settings = f"{{ qwen = {{ provider = 'simulator', baseUrl = '{base_url}' }} }}"
        init = home / "init.lua"
        init.write_text(
            f"vim.opt.rtp:append('{CLIENTS / 'neovim'}')\n"
            f"vim.lsp.config('qwen', {{ settings = {settings} }})\n"
            "vim.ui.open = function() return { wait = function() return { code = 0 } end } end\n"
            "vim.o.cmdheight, vim.o.swapfile, vim.o.autoindent = 3, false, false\n"
        )
        return ["-u", str(init)]

    def sign_in(self, terminal: Terminal) -> None:
        self._command(terminal, "QwenSignIn")

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        self._command(terminal, f"{first},{last}QwenRefactor")

    def go_to_top(self, terminal: Terminal) -> None:
        terminal.keys("g", "g", "i")

    def rest(self, terminal: Terminal) -> None:
        terminal.escape()

    def do(self, terminal: Terminal, what: str) -> None:
        self._command(terminal, f"Qwen{what.capitalize()}")

    def undo(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.keys("u")

    def save(self, terminal: Terminal) -> None:
        self._command(terminal, "silent w")

    def _command(self, terminal: Terminal, command: str) -> None:
        terminal.escape()
        terminal.types(f":{command}")
        terminal.keys("Enter")


class Helix:
    """By its menu of code actions and the keys of its client."""

    variable = "HELIX"

    def set_up(self, home: Path, base_url: str) -> list[str]:
        folder = home / ".config" / "helix"
        folder.mkdir(parents=True)
        settings = f'config.qwen = {{ provider = "simulator", baseUrl = "{base_url}" }}'
        languages = (CLIENTS / "helix" / "languages.toml").read_text()
        languages = re.sub(r"# config\.qwen.*", settings, languages)
        alone = re.sub(r"language-servers = .*", 'language-servers = ["qwen-lsp"]', languages)
        (folder / "languages.toml").write_text(alone)
        keys = (CLIENTS / "helix" / "config.toml").read_text()
        (folder / "config.toml").write_text(f"{keys}\n[editor]\nauto-pairs = false\n")
        return []

    def sign_in(self, terminal: Terminal) -> None:
        self.do(terminal, "signIn")

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        terminal.escape()
        terminal.types(f"{first}gg{last - first + 1}x a")
        assert wait_until(lambda: "Qwen: Refactor" in terminal.screen), "there is no menu"
        terminal.keys("Down", "Enter")

    def go_to_top(self, terminal: Terminal) -> None:
        terminal.keys("g", "g", "i")

    def rest(self, terminal: Terminal) -> None:
        terminal.escape()

    def do(self, terminal: Terminal, what: str) -> None:
        terminal.escape()
        terminal.types(f":lsp-workspace-command qwen.{what}")
        terminal.keys("Enter")

    def undo(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.keys("u")

    def save(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.types(":w")
        terminal.keys("Enter")


class Emacs:
    """By the commands of its client, in eglot."""

    variable = "EMACS"

    def set_up(self, home: Path, base_url: str) -> list[str]:
        init = home / "init.el"
        init.write_text(
            "(setq inhibit-startup-screen t make-backup-files nil create-lockfiles nil)\n"
            "(setq auto-save-default nil python-indent-guess-indent-offset nil)\n"
            "(setq suggest-key-bindings nil extended-command-suggest-shorter nil)\n"
            f'(load "{CLIENTS / "emacs" / "qwen-lsp.el"}")\n'
            f'(setq qwen-lsp-settings \'(:provider "simulator" :baseUrl "{base_url}"))\n'
            '(defun browse-url (&rest _) (message "The page is open"))\n'
        )
        return ["-nw", "-Q", "-l", str(init)]

    def sign_in(self, terminal: Terminal) -> None:
        is_served = "eglot:" in terminal.screen
        self._command(terminal, "qwen-lsp-sign-in" if is_served else "qwen-lsp")

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        self._go_to(terminal, first)
        terminal.keys("C-Space")
        self._go_to(terminal, last + 1)
        self._command(terminal, "qwen-lsp-refactor")

    def go_to_top(self, terminal: Terminal) -> None:
        terminal.keys("Escape", "<")

    def rest(self, terminal: Terminal) -> None:
        terminal.keys("C-f", "C-b")

    def do(self, terminal: Terminal, what: str) -> None:
        self._command(terminal, f"qwen-lsp-{what}")

    def undo(self, terminal: Terminal) -> None:
        terminal.keys("C-/")

    def save(self, terminal: Terminal) -> None:
        terminal.keys("C-x", "C-s")

    def _go_to(self, terminal: Terminal, line: int) -> None:
        terminal.keys("Escape", "g", "g")
        terminal.types(str(line))
        terminal.keys("Enter")

    def _command(self, terminal: Terminal, command: str) -> None:
        terminal.keys("Escape", "x")
        terminal.types(command)
        terminal.keys("Enter")


def installed() -> list[tuple[Program, str]]:
    """Those whose programs the environment names."""
    programs: list[Program] = [Neovim(), Helix(), Emacs()]
    named = [(each, os.environ.get(each.variable, "")) for each in programs]
    return [(each, path) for each, path in named if path]
