"""`qwen-lsp setup`: the way to a first answer, or an editor's configuration."""

import argparse
import os
import sys

from . import answer
from .asking import Declined, chosen, is_terminal, must_agree, say
from .editors.change import planned
from .editors.files import EDITORS, editor_file, program
from .here import add_other_issuer

_WITHOUT_TERMINAL = (
    "There is no terminal to ask at; name a service with --provider, or an editor: "
    f"{', '.join(EDITORS)}."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.usage = (
        "qwen-lsp setup [--provider ID] [--base-url ADDRESS] [--model NAME] [--everywhere]\n"
        f"       qwen-lsp setup {{{','.join(EDITORS)}}} [--yes]"
    )
    parser.description = (
        "Without words it asks what should answer, looks for engines on this machine, and tries "
        "what you choose with one tiny request. With --provider it asks nothing. With the name of "
        "an editor it shows what has to be added to the editor's files, asks, and adds it."
    )
    parser.add_argument("editor", choices=EDITORS, nargs="?", help="the editor to set up")
    parser.add_argument("--yes", action="store_true", help="write the editor's file unasked")
    parser.add_argument("--provider", metavar="ID", help="an id of qwen.provider")
    parser.add_argument(
        "--base-url", metavar="ADDRESS", help="the service's address, where its provider has none"
    )
    parser.add_argument("--model", metavar="NAME", help="the model to ask")
    parser.add_argument(
        "--everywhere", action="store_true", help="use it in all folders, not in this one alone"
    )
    add_other_issuer(parser)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Sets up; the exit status."""
    return answer.answered(lambda: _set_up(arguments), as_json=arguments.json)


def _set_up(arguments: argparse.Namespace) -> answer.Done:
    if arguments.editor:
        return _set_up_editor(arguments)
    from .service_setup import ask_and_try, try_named

    if arguments.provider:
        return try_named(arguments)
    if not is_terminal():
        raise answer.Misused(_WITHOUT_TERMINAL)
    done = ask_and_try(arguments)
    if arguments.json:
        return done
    return _with_editor(arguments, done)


def _with_editor(arguments: argparse.Namespace, done: answer.Done) -> answer.Done:
    """Offers to set up an editor as well; the service stays chosen, whatever comes of that."""
    say(done.sentence)
    try:
        return _choose_editor(arguments, done)
    except (Declined, EOFError, KeyboardInterrupt):
        return answer.Done("No editor's file was changed.", done.fields)


def _choose_editor(arguments: argparse.Namespace, done: answer.Done) -> answer.Done:
    titles = ("Helix", "Neovim", "Emacs", "None of them (VS Code has an extension)")
    number = chosen("Which editor should know qwen-lsp?", titles)
    if number == len(EDITORS):
        return answer.Done("Open a file, select code, and choose Qwen: Refactor.", done.fields)
    arguments.editor = EDITORS[number]
    return _set_up_editor(arguments)


def _set_up_editor(arguments: argparse.Namespace) -> answer.Done:
    """Shows what would change in the editor's file, asks, and changes it. Raises RequestError."""
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
