"""`qwen-lsp logout`: signs out, or forgets a key that `qwen-lsp login` keeps."""

import argparse

from qwen_lsp.account.keys.keys import named_key
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.errors import AccountError

from . import answer, signing_out, whose_key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = (
        "Forgets the key of the provider or, where one signs in, the sign-in; without a provider "
        "it is the sign-in that is used here."
    )
    whose_key.add_arguments(parser)
    signing_out.add_arguments(parser)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Signs out or forgets the key; the exit status."""
    if signing_out.is_meant(arguments):
        return answer.answered(lambda: signing_out.sign_out(arguments), as_json=arguments.json)
    return answer.answered(lambda: _log_out(arguments), as_json=arguments.json)


def _log_out(arguments: argparse.Namespace) -> answer.Done:
    meant = whose_key.key_for(arguments)
    was_there = Vault(vault_file()).forget(meant.origin)
    name = meant.provider.name
    sentence = f"The key for {name} is forgotten." if was_there else f"No key was kept for {name}."
    if still := _still_named(meant):
        sentence += f" {still} is set in the environment, and goes on being used."
    return answer.Done(
        sentence, {"provider": meant.provider.id, "origin": meant.origin, "forgotten": was_there}
    )


def _still_named(meant: whose_key.KeyFor) -> str | None:
    try:
        key = named_key(meant.provider, meant.url, meant.known)
    except AccountError:
        return None
    return key.source if key else None
