"""`qwen-lsp setup helix`, `neovim` and `emacs`: adds qwen-lsp to what the editor reads."""

import argparse
import os
import sys

from . import answer
from .asking import must_agree
from .editors.change import planned
from .editors.files import editor_file, program


def set_up(arguments: argparse.Namespace) -> answer.Done:
    """Shows what would change, asks, and changes it. Raises RequestError."""
    file = editor_file(arguments.editor, os.environ)
    change = planned(file, program())
    fields = {"editor": arguments.editor, "file": str(change.path), "changed": change.is_needed}
    if not change.is_needed:
        return answer.Done(f"{change.path} has all of it already. {file.hint}", fields)
    shown = change.shown()
    (sys.stderr if arguments.json else sys.stdout).write(f"{shown}\n")
    must_agree(f"Write that to {change.path}?", yes=arguments.yes, what="writes it")
    backup = change.make()
    said = f"{file.name} knows qwen-lsp now, by {change.path}."
    if backup:
        said += f" What was there is in {backup}."
        fields["backup"] = str(backup)
    return answer.Done(f"{said} {file.hint}", {**fields, "diff": shown})
