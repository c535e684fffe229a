"""Which provider and which origin a key on the command line is for."""

import argparse
import os
from dataclasses import dataclass

from qwen_lsp.account.choice import Choices, choice_file
from qwen_lsp.account.keys.keys import address, takes_key
from qwen_lsp.account.keys.places import Known
from qwen_lsp.errors import AccountError
from qwen_lsp.model.address import origin_of
from qwen_lsp.model.catalog.providers import Provider, providers

from .answer import Misused
from .here import this_folder


@dataclass(frozen=True)
class KeyFor:
    """A provider, its base URL, and what the environment says of its keys."""

    provider: Provider
    url: str
    known: Known

    @property
    def origin(self) -> str:
        """What the key belongs to."""
        return origin_of(self.url)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words that name a provider."""
    parser.add_argument("--provider", metavar="ID", help="an id of qwen.provider")
    parser.add_argument(
        "--base-url", metavar="ADDRESS", help="the service's address, where its provider has none"
    )


def key_for(arguments: argparse.Namespace) -> KeyFor:
    """What is meant. Raises Misused or AccountError."""
    if not arguments.provider:
        raise Misused("Say which service the key is for: --provider ID.")
    provider = providers().get(arguments.provider)
    if provider is None:
        known_ids = ", ".join(each.id for each in providers().values() if takes_key(each))
        raise Misused(f"There is no provider “{arguments.provider}”; name one of {known_ids}.")
    if not takes_key(provider):
        raise AccountError(f"{provider.name} takes no key.")
    if provider.base_url and arguments.base_url:
        raise Misused(f"{provider.name} has an address of its own; leave --base-url out.")
    known = Known.of_environment(os.environ)
    given = arguments.base_url or _chosen_address(provider)
    if not provider.base_url and not given and not known.address():
        raise Misused(f"The address of {provider.name} is not known; say it with --base-url.")
    return KeyFor(provider, address(provider, given, known), known)


def _chosen_address(provider: Provider) -> str | None:
    """The address that was chosen here with that provider."""
    choice = Choices(choice_file()).of([this_folder()])
    return choice.base_url if choice and choice.provider == provider.id else None
