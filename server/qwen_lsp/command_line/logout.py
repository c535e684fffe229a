"""`qwen-lsp logout`: signs out, or forgets a key that `qwen-lsp login` keeps."""

import argparse
import asyncio
from pathlib import Path

from qwen_lsp.account.keys.keys import named_key, takes_key
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.errors import AccountError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.services.services import SIGN_IN_PROVIDER

from . import answer, whose_key
from .asking import must_agree
from .here import add_other_issuer, services_of, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = (
        "Forgets the key of the provider or, where one signs in, the sign-in; without a provider "
        "it is the sign-in that is used here."
    )
    whose_key.add_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="sign Qwen Code out too, unasked")
    add_other_issuer(parser)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Signs out or forgets the key; the exit status."""
    end = _sign_out if _is_sign_in(arguments) else _forget_key
    return answer.answered(lambda: end(arguments), as_json=arguments.json)


def _is_sign_in(arguments: argparse.Namespace) -> bool:
    """Whether it is a sign-in that ends, and no key that is forgotten."""
    provider = providers().get(arguments.provider or SIGN_IN_PROVIDER)
    return provider is not None and not takes_key(provider) and provider.sign_in


def _sign_out(arguments: argparse.Namespace) -> answer.Done:
    """Signs out; of what is shared with Qwen Code only if its user agrees. Raises QwenError."""
    provider, name, file, is_there = asyncio.run(_looked(arguments))
    fields = {"provider": provider, "forgotten": is_there}
    if not is_there:
        return answer.Done(f"Nobody was signed in to {name}.", fields)
    if provider == SIGN_IN_PROVIDER:
        question = f"Qwen Code and LiteLLM share {file}, and are signed out too. Sign out?"
        must_agree(question, yes=arguments.yes, what="signs Qwen Code out too")
    asyncio.run(_signed_out(arguments))
    return answer.Done(f"You are signed out of {name}.", fields)


async def _looked(arguments: argparse.Namespace) -> tuple[str, str, Path | None, bool]:
    """The provider's id and name, the file of the sign-in, and whether that is there."""
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        account = services.account(arguments.provider, settings)
        file = account.file
        is_there = await account.look() == "signedIn" or bool(file and file.is_file())
        return account.provider.id, account.provider.name, file, is_there


async def _signed_out(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        await services.account(arguments.provider, settings).sign_out()


def _forget_key(arguments: argparse.Namespace) -> answer.Done:
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
