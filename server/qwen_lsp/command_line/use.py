"""`qwen-lsp use`: chooses the service and the model that answer here, or everywhere."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from qwen_lsp.account.choice import LastChoice, place_of
from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import base_url_of
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.services.messages import told_choice
from qwen_lsp.services.resolution import BY_DEFAULT, where
from qwen_lsp.services.services import Services
from qwen_lsp.settings.settings import Settings

from . import answer
from .here import services_of, this_folder
from .terminal_words import in_terminal

_LONGEST = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = (
        "Without PROVIDER it says what answers. In a repository it is for all of that, elsewhere "
        "for this folder and those below; editors that run notice it."
    )
    parser.add_argument(
        "provider", metavar="PROVIDER", nargs="?", help="an id of qwen.provider; auto forgets"
    )
    parser.add_argument("model", metavar="MODEL", nargs="?", help="the model's name")
    parser.add_argument("--everywhere", action="store_true", help="not only for this folder")
    parser.add_argument(
        "--base-url", metavar="ADDRESS", help="the service's address, where its provider has none"
    )
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Chooses; the exit status."""
    return answer.answered(lambda: asyncio.run(_use(arguments)), as_json=arguments.json)


async def _use(arguments: argparse.Namespace) -> answer.Done:
    choice = _choice(arguments)
    folders = None if arguments.everywhere else [this_folder()]
    async with services_of(Settings()) as services:
        if arguments.provider is None:
            return _used(services)
        last = services.last.choice
        if choice and last and last.provider == choice.provider and not choice.base_url:
            choice = LastChoice(choice.provider, choice.model, last.base_url)
        await services.last.keep(choice, folders)
        return await _done(services, choice, folders)


async def _done(
    services: Services, choice: LastChoice | None, folders: Sequence[Path] | None
) -> answer.Done:
    place = place_of(folders)
    if choice is None:
        return answer.Done(f"The choice {where(place)} is forgotten.", {"for": place})
    await services.last.look([this_folder()])
    choice = LastChoice(choice.provider, choice.model, choice.base_url, place)
    told = told_choice(services, Settings(), choice, is_running=False)
    return answer.Done(in_terminal(told.sentence), told.fields)


def _used(services: Services) -> answer.Done:
    """What answers here. Raises QwenError where nothing does."""
    chosen = services.chosen(Settings())
    model = chosen.named_model
    on = f"{model.value} on {chosen.provider.name}" if model.value else chosen.provider.name
    is_of_both = model.source in ("", BY_DEFAULT, chosen.source)
    by = chosen.source if is_of_both else f"{chosen.source}; the model: {model.source}"
    fields = {"provider": chosen.provider.id, "model": model.value, "source": chosen.source}
    return answer.Done(f"{on} answers here ({by}).", fields)


def _choice(arguments: argparse.Namespace) -> LastChoice | None:
    """What is to be chosen. Raises Misused or RequestError."""
    if arguments.provider in (None, "auto"):
        if arguments.model or arguments.base_url:
            raise answer.Misused("A model or an address needs a provider; name one.")
        return None
    provider = providers().get(arguments.provider)
    if provider is None:
        known = ", ".join(providers())
        raise answer.Misused(f"There is no provider “{arguments.provider}”; name one of {known}.")
    if provider.base_url and arguments.base_url:
        raise answer.Misused(f"{provider.name} has an address of its own; leave --base-url out.")
    address = base_url_of(arguments.base_url) if arguments.base_url else None
    return LastChoice(provider.id, _model(arguments.model), address)


def _model(name: str | None) -> str | None:
    if name is None:
        return None
    name = name.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise RequestError("That is no name of a model; write it as the service does.")
    return name
