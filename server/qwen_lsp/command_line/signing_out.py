"""A sign-out on the command line; of what is shared with Qwen Code only if its user agrees."""

import argparse
import asyncio
from pathlib import Path

from qwen_lsp.account.keys.keys import takes_key
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.services.services import SIGN_IN_PROVIDER

from . import answer
from .asking import must_agree
from .here import add_other_issuer, services_of, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of a sign-out."""
    parser.add_argument("--yes", action="store_true", help="sign Qwen Code out too, unasked")
    add_other_issuer(parser)


def is_meant(arguments: argparse.Namespace) -> bool:
    """Whether it is a sign-in that ends, and no key that is forgotten."""
    provider = providers().get(arguments.provider or SIGN_IN_PROVIDER)
    return provider is not None and not takes_key(provider) and provider.sign_in


def sign_out(arguments: argparse.Namespace) -> answer.Done:
    """Signs out. Raises QwenError, also if the user does not agree."""
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
