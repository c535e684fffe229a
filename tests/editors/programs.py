"""How each editor is set up, and which keys do what in it."""

import os
import re
import sys
from pathlib import Path
from typing import Protocol

from .terminal import Terminal, wait_until

CLIENTS = Path(__file__).parents[2] / "client-example"
NEOVIM_FORMATTER = r"""
vim.api.nvim_create_autocmd('BufWritePre', { pattern = '*.css', callback = function(event)
  local rows = {}
  for _, row in ipairs(vim.api.nvim_buf_get_lines(event.buf, 0, -1, false)) do
    local selector, body = row:match('^(%S+) { (.*) }$')
    vim.list_extend(rows, selector and { selector .. ' {', '  ' .. body, '}' } or { row })
  end
  vim.api.nvim_buf_set_lines(event.buf, 0, -1, false, rows)
end })
"""
HELIX_FORMATTER = r"""
import re, sys
sys.stdout.write(re.sub(r"(?m)^(\S+) \{ (.*) \}$", r"\1 {\n  \2\n}", sys.stdin.read()))
"""
EMACS_FORMATTER = r"""
(add-hook 'before-save-hook
  (lambda ()
    (when (derived-mode-p 'css-mode)
      (save-excursion
        (goto-char (point-min))
        (while (re-search-forward "^\\([^ \n]+\\) { \\(.*\\) }$" nil t)
          (replace-match "\\1 {\n  \\2\n}"))))))
"""
"""What breaks a rule of one line into three, and changes nothing else."""


class Program(Protocol):
    """An editor in a terminal. Lines are counted from 1."""

    variable: str
    """Names its program in the environment."""

    streams_while_typing: bool
    """Whether the reply goes on while its user types without any rest."""

    can_forbid: bool
    """Whether it refuses to change a text that is read-only."""

    def set_up(self, home: Path, base_url: str | None = None) -> list[str]:
        """Writes its settings; the arguments to start it with, before the file.

        `base_url`: the simulator that is signed in to; without it what was chosen for the home.
        """

    def format_on_save(self, home: Path) -> None:
        """Adds to the settings that style sheets are formatted when they are saved."""

    def start(self, terminal: Terminal) -> None:
        """Has the server started."""

    def sign_in(self, terminal: Terminal) -> None:
        """Asks for a sign-in. To be called until it shows that it is done."""

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        """Refactors lines."""

    def go_to_top(self, terminal: Terminal) -> None:
        """Makes ready for typing at the top of the file."""

    def go_below(self, terminal: Terminal, line: int) -> None:
        """Makes ready for typing in a new line below a line."""

    def rest(self, terminal: Terminal) -> None:
        """Ends typing."""

    def do(self, terminal: Terminal, what: str) -> None:
        """Stops, discards or retries."""

    def undo(self, terminal: Terminal) -> None:
        """Takes one step back."""

    def undo_all(self, terminal: Terminal) -> None:
        """Takes back all that was done."""

    def save(self, terminal: Terminal) -> None:
        """Writes the file."""

    def forbid(self, terminal: Terminal) -> None:
        """Makes the text read-only."""

    def close(self, terminal: Terminal) -> None:
        """Closes the file without saving it; the editor stays."""

    def open(self, terminal: Terminal, name: str) -> None:
        """Opens a file of the folder."""

    def move(self, terminal: Terminal, name: str) -> None:
        """Gives the file another name."""


class Neovim:
    """By the commands of its client."""

    variable = "NVIM"
    streams_while_typing = True
    can_forbid = True

    def set_up(self, home: Path, base_url: str | None = None) -> list[str]:
        qwen = f"{{ provider = 'simulator', baseUrl = '{base_url}' }}" if base_url else "nil"
        init = home / "init.lua"
        init.write_text(
            f"vim.opt.rtp:append('{CLIENTS / 'neovim'}')\n"
            f"vim.lsp.config('qwen', {{ settings = {{ qwen = {qwen} }} }})\n"
            "vim.ui.open = function() return { wait = function() return { code = 0 } end } end\n"
            "vim.o.cmdheight, vim.o.swapfile, vim.o.autoindent = 3, false, false\n"
        )
        return ["-u", str(init)]

    def format_on_save(self, home: Path) -> None:
        with (home / "init.lua").open("a") as init:
            init.write(NEOVIM_FORMATTER)

    def start(self, terminal: Terminal) -> None:
        """It starts by itself."""

    def sign_in(self, terminal: Terminal) -> None:
        self._command(terminal, "QwenSignIn")

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        self._command(terminal, f"{first},{last}QwenRefactor")

    def go_to_top(self, terminal: Terminal) -> None:
        terminal.keys("g", "g", "i")

    def go_below(self, terminal: Terminal, line: int) -> None:
        terminal.types(f"{line}Go")

    def rest(self, terminal: Terminal) -> None:
        terminal.escape()

    def do(self, terminal: Terminal, what: str) -> None:
        self._command(terminal, f"Qwen{what.capitalize()}")

    def undo(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.keys("u")

    def undo_all(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.types("500u")

    def save(self, terminal: Terminal) -> None:
        self._command(terminal, "silent w")

    def forbid(self, terminal: Terminal) -> None:
        self._command(terminal, "setlocal readonly nomodifiable")

    def close(self, terminal: Terminal) -> None:
        self._command(terminal, "enew | bdelete! #")

    def open(self, terminal: Terminal, name: str) -> None:
        self._command(terminal, f"edit {name}")

    def move(self, terminal: Terminal, name: str) -> None:
        self._command(terminal, f"saveas {name} | call delete(expand('#'))")

    def _command(self, terminal: Terminal, command: str) -> None:
        terminal.escape()
        terminal.types(f":{command}")
        terminal.keys("Enter")


class Helix:
    """By its menu of code actions and the keys of its client."""

    variable = "HELIX"
    streams_while_typing = True
    can_forbid = False

    def set_up(self, home: Path, base_url: str | None = None) -> list[str]:
        folder = home / ".config" / "helix"
        folder.mkdir(parents=True)
        settings = f'config.qwen = {{ provider = "simulator", baseUrl = "{base_url}" }}'
        languages = (CLIENTS / "helix" / "languages.toml").read_text()
        if base_url:
            languages = re.sub(r"# config\.qwen.*", settings, languages)
        alone = re.sub(r"language-servers = .*", 'language-servers = ["qwen-lsp"]', languages)
        (folder / "languages.toml").write_text(alone)
        keys = (CLIENTS / "helix" / "config.toml").read_text()
        (folder / "config.toml").write_text(f"{keys}\n[editor]\nauto-pairs = false\n")
        return []

    def format_on_save(self, home: Path) -> None:
        formatter = home / "formatter.py"
        formatter.write_text(HELIX_FORMATTER)
        with (home / ".config" / "helix" / "languages.toml").open("a") as languages:
            languages.write(
                '\n[[language]]\nname = "css"\nlanguage-servers = ["qwen-lsp"]\n'
                "auto-format = true\n"
                f'formatter = {{ command = "{sys.executable}", args = ["{formatter}"] }}\n'
            )

    def start(self, terminal: Terminal) -> None:
        """It starts by itself."""

    def sign_in(self, terminal: Terminal) -> None:
        self.do(terminal, "signIn")

    def refactor(self, terminal: Terminal, first: int, last: int) -> None:
        terminal.escape()
        terminal.types(f"{first}gg{last - first + 1}x a")
        assert wait_until(lambda: "Qwen: Refactor" in terminal.screen), "there is no menu"
        terminal.keys("Down", "Enter")

    def go_to_top(self, terminal: Terminal) -> None:
        terminal.keys("g", "g", "i")

    def go_below(self, terminal: Terminal, line: int) -> None:
        terminal.escape()
        terminal.types(f"{line}ggo")

    def rest(self, terminal: Terminal) -> None:
        terminal.escape()

    def do(self, terminal: Terminal, what: str) -> None:
        self._command(terminal, f"lsp-workspace-command qwen.{what}")

    def undo(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.keys("u")

    def undo_all(self, terminal: Terminal) -> None:
        terminal.escape()
        terminal.types("500u")

    def save(self, terminal: Terminal) -> None:
        self._command(terminal, "w")

    def forbid(self, terminal: Terminal) -> None:
        """It can't: it changes a file that is read-only, and only does not save it."""

    def close(self, terminal: Terminal) -> None:
        self._command(terminal, "buffer-close!")

    def open(self, terminal: Terminal, name: str) -> None:
        self._command(terminal, f"open {name}")

    def move(self, terminal: Terminal, name: str) -> None:
        self._command(terminal, f"move ./{name}")

    def _command(self, terminal: Terminal, command: str) -> None:
        terminal.escape()
        terminal.types(f":{command}")
        terminal.keys("Enter")


class Emacs:
    """By the commands of its client, in eglot."""

    variable = "EMACS"
    streams_while_typing = False
    can_forbid = True

    def set_up(self, home: Path, base_url: str | None = None) -> list[str]:
        qwen = f':provider "simulator" :baseUrl "{base_url}"' if base_url else ""
        init = home / "init.el"
        init.write_text(
            "(setq inhibit-startup-screen t make-backup-files nil create-lockfiles nil)\n"
            "(setq auto-save-default nil python-indent-guess-indent-offset nil)\n"
            "(setq suggest-key-bindings nil extended-command-suggest-shorter nil)\n"
            f'(load "{CLIENTS / "emacs" / "qwen-lsp.el"}")\n'
            f"(setq qwen-lsp-settings '({qwen}))\n"
            '(defun browse-url (&rest _) (message "The page is open"))\n'
        )
        return ["-nw", "-Q", "-l", str(init)]

    def format_on_save(self, home: Path) -> None:
        with (home / "init.el").open("a") as init:
            init.write(EMACS_FORMATTER)

    def start(self, terminal: Terminal) -> None:
        self._command(terminal, "qwen-lsp")

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

    def go_below(self, terminal: Terminal, line: int) -> None:
        self._go_to(terminal, line)
        terminal.keys("C-e", "C-j")

    def rest(self, terminal: Terminal) -> None:
        terminal.keys("C-f", "C-b")

    def do(self, terminal: Terminal, what: str) -> None:
        self._command(terminal, f"qwen-lsp-{what}")

    def undo(self, terminal: Terminal) -> None:
        terminal.keys("C-/")

    def undo_all(self, terminal: Terminal) -> None:
        self._evaluate(terminal, "(progn (setq last-command nil) (ignore-errors (undo 500)))")

    def save(self, terminal: Terminal) -> None:
        terminal.keys("C-x", "C-s")

    def forbid(self, terminal: Terminal) -> None:
        terminal.keys("C-x", "C-q")

    def close(self, terminal: Terminal) -> None:
        self._evaluate(terminal, "(progn (set-buffer-modified-p nil) (kill-buffer))")

    def open(self, terminal: Terminal, name: str) -> None:
        terminal.keys("C-x", "C-f")
        terminal.types(name)
        terminal.keys("Enter")

    def move(self, terminal: Terminal, name: str) -> None:
        self._evaluate(terminal, f'(rename-visited-file "{name}")')

    def _evaluate(self, terminal: Terminal, code: str) -> None:
        terminal.keys("Escape", ":")
        terminal.types(code)
        terminal.keys("Enter")

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
