"""`qwen-lsp trust`: lets what lies in a folder give keys, until it changes."""

import argparse
import os
from pathlib import Path

from qwen_lsp.account.keys.folder import offer_of
from qwen_lsp.account.keys.places import KeyPlace, Known
from qwen_lsp.account.keys.sources import users_settings, variables_read
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.errors import RequestError

from . import answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.add_argument("folder", metavar="PATH", type=Path, help="the workspace folder")
    parser.add_argument("--revoke", action="store_true", help="trust it no longer")
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Trusts the folder, or no longer; the exit status."""
    command = _revoke if arguments.revoke else _trust
    return answer.answered(lambda: command(arguments.folder), as_json=arguments.json)


def _trust(path: Path) -> answer.Done:
    folder = _real(path)
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder; name the one that you open in the editor.")
    offer = offer_of(folder)
    names = offer.names_of(_variables())
    fields = {"folder": str(folder), "files": list(names)}
    if not names:
        return answer.Done(f"There is nothing in {folder} that Qwen would take.", fields)
    Trust(trust_file()).decide(offer, trusted=True)
    return answer.Done(
        f"Qwen may take keys and addresses from {' and '.join(names)} in {folder}, until anything "
        "of that changes.",
        fields,
    )


def _revoke(path: Path) -> answer.Done:
    folder = _real(path)
    was_known = Trust(trust_file()).revoke(folder)
    sentence = (
        f"{folder} is not trusted any more."
        if was_known
        else f"{folder} was not trusted, and is not."
    )
    return answer.Done(sentence, {"folder": str(folder), "revoked": was_known})


def _variables() -> frozenset[str]:
    users, _ = users_settings(os.environ)
    places = (KeyPlace("", os.environ), *((users,) if users else ()))
    return variables_read(Known(places))


def _real(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError):
        raise RequestError(f"{path} can't be found; name a folder that is there.") from None
