"""`qwen-lsp status`: which service and model would be asked here, and who says so."""

import argparse
import asyncio

from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import NotSignedIn
from qwen_lsp.services.login_command import login_command
from qwen_lsp.services.services import Chosen

from . import answer
from .here import services_of, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = "An editor's own settings go before what is said here."
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Says it; the exit status is 1 where there is nothing to ask."""
    return answer.answered(lambda: asyncio.run(_status(arguments)), as_json=arguments.json)


async def _status(arguments: argparse.Namespace) -> answer.Done:
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        chosen = services.chosen(settings)
        paid_by = _paid_by(chosen)
        model = chosen.named_model
        named = f"{model.value} ({model.source})" if model.value else "no model"
        provider = chosen.provider
        fields = {
            "provider": provider.id,
            "model": model.value or None,
            "paidBy": paid_by,
            "sources": {"provider": chosen.source, "model": model.source},
        }
        return answer.Done(
            f"{provider.name} ({chosen.source}) would be asked: {named}, {_with(paid_by)}.", fields
        )


def _paid_by(chosen: Chosen) -> str | None:
    """The words for what pays; None for nothing, where nothing need. Raises AccountError."""
    if not chosen.is_paid_for:
        _ = chosen.account.address  # Raises where nobody has said it.
        raise NotSignedIn(
            f"{chosen.provider.name} ({chosen.source}) would be asked, but nothing pays there; run "
            f"{login_command(chosen.account)}."
        )
    if isinstance(chosen.account, SignedIn):
        return "your sign-in"
    source = chosen.account.source
    return f"the key in {source}" if source else None


def _with(paid_by: str | None) -> str:
    return f"paid by {paid_by}" if paid_by else "without a key"
