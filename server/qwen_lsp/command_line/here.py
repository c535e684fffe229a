"""The services as a command in a terminal finds them: no editor's settings are known there."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from qwen_lsp.account.choice import project_of
from qwen_lsp.account.keys.sources import Workspace
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import NotSignedIn, RequestError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.transport.http import Http
from qwen_lsp.services.login_command import login_command
from qwen_lsp.services.services import Chosen, Services
from qwen_lsp.settings.settings import OAuth, Settings

from .answer import Misused


def add_other_issuer(parser: argparse.ArgumentParser) -> None:
    """Adds the words that say in a terminal what qwen.oauth says in an editor."""
    other = parser.add_argument_group("for --provider oauth, as qwen.oauth has them")
    other.add_argument("--issuer", metavar="ADDRESS", help="the authorization server")
    other.add_argument("--client-id", metavar="ID", help="what it knows this program as")
    other.add_argument("--scope", metavar="WORDS", help="what to ask it for")


@asynccontextmanager
async def services_of(settings: Settings) -> AsyncIterator[Services]:
    """The services, once they know of the keys, the sign-ins and the choices for this folder."""
    folder = this_folder()
    services = Services(Http(), os.environ, version("qwen-lsp"))
    try:
        await services.load(settings, Workspace(folder), [folder])
        yield services
    finally:
        await services.close()


def this_folder() -> Path:
    """The workspace that a command is about. Raises RequestError."""
    try:
        return project_of(Path.cwd().resolve())
    except (OSError, RuntimeError):
        raise RequestError("This folder is gone; change to another one.") from None


def settings_of(arguments: argparse.Namespace) -> Settings:
    """What the words of the command line say. Raises Misused."""
    given = vars(arguments)
    provider, base_url = given.get("provider"), given.get("base_url")
    if provider is not None and provider not in providers():
        known = ", ".join(providers())
        raise Misused(f"There is no provider “{provider}”; name one of {known}.")
    if provider is not None and base_url and providers()[provider].base_url:
        name = providers()[provider].name
        raise Misused(f"{name} has an address of its own; leave --base-url out.")
    names = ("issuer", "client_id", "scope", "base_url")
    oauth = OAuth(**{name: given.get(name) or "" for name in names})
    return Settings(
        provider=provider or "auto",
        base_url=base_url,
        model=given.get("model"),
        oauth=oauth if oauth.issuer else OAuth(),
    )


def must_be_signed_in(chosen: Chosen) -> None:
    """Raises NotSignedIn where one signs in and nobody is, AccountError without an address."""
    if isinstance(chosen.account, SignedIn) and not chosen.is_paid_for:
        _ = chosen.account.address  # Raises where nobody has said it: one can't sign in then.
        login = login_command(chosen.account)
        raise NotSignedIn(f"Nobody is signed in to {chosen.provider.name}; run {login}.")


def source_here(chosen: Chosen) -> str:
    """What named the service, in words that fit a command line."""
    return "--provider" if chosen.source == "qwen.provider" else chosen.source
