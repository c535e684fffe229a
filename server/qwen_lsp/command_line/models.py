"""`qwen-lsp models`: the models of a service, one a line."""

import argparse
import asyncio

from qwen_lsp.errors import RequestError

from . import answer
from .here import add_other_issuer, must_be_signed_in, services_of, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = "Asks the service that is used here, or the one named, for its models."
    parser.add_argument("provider", metavar="PROVIDER", nargs="?", help="an id of qwen.provider")
    parser.add_argument(
        "--base-url", metavar="ADDRESS", help="the service's address, where its provider has none"
    )
    add_other_issuer(parser)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Lists them; the exit status is 1 where there is no list."""
    return answer.answered(lambda: asyncio.run(_models(arguments)), as_json=arguments.json)


async def _models(arguments: argparse.Namespace) -> answer.Done:
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        chosen = services.chosen(settings)
        must_be_signed_in(chosen)
        found = await services.models.paid_by(chosen.account, chosen.provider)
        if found.fault:
            raise RequestError(found.fault)
        fields = {"provider": chosen.provider.id, "models": list(found.names)}
        return answer.Done("\n".join(found.names), fields)
