"""A service is chosen, tried with one tiny request, and remembered only if it answers."""

import argparse
import asyncio
import json
from dataclasses import replace

from pydantic import SecretStr

from qwen_lsp.account.choice import LastChoice
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.errors import QwenError, RequestError
from qwen_lsp.first_run import (
    QUESTION,
    Choosable,
    best_model,
    cannot_be_used,
    choosable,
    ready,
)
from qwen_lsp.model.address import authority_of, base_url_of, origin_of
from qwen_lsp.model.catalog.providers import Provider, providers
from qwen_lsp.model.transport.http import Http
from qwen_lsp.services.services import Chosen, Services
from qwen_lsp.settings.settings import OAuth, Settings

from . import answer, signing_in
from .asking import chosen, line, say
from .here import must_be_signed_in, services_of, settings_of, this_folder
from .login import key_of

_SHOWN = 30


def try_named(arguments: argparse.Namespace) -> answer.Done:
    """Tries what the command line names. Raises QwenError."""
    return asyncio.run(_tried(settings_of(arguments), arguments))


def ask_and_try(arguments: argparse.Namespace) -> answer.Done:
    """Asks what should answer, and tries it. Raises QwenError, EOFError."""
    options = asyncio.run(_options())
    option = options[chosen(QUESTION, [each.title for each in options])]
    ways = {"engine": _engine, "key": _key, "gateway": _gateway, "signIn": _sign_in}
    settings, key = ways[option.way](option, arguments)
    before = _keep(settings, key) if key else None
    try:
        settings = replace(settings, model=arguments.model or _model(settings, option))
        arguments.everywhere = arguments.everywhere or _everywhere()
        return asyncio.run(_tried(settings, arguments))
    except BaseException:
        if key:
            _put_back(settings, before)
        raise


async def _options() -> list[Choosable]:
    http = Http()
    try:
        return await choosable(http)
    finally:
        await http.aclose()


Way = tuple[Settings, SecretStr | None]


def _engine(option: Choosable, _: argparse.Namespace) -> Way:
    if option.engine is None:
        raise RequestError("That engine is gone.")
    if fault := cannot_be_used(option.engine):
        raise RequestError(fault)
    return Settings(provider=option.engine.provider.id), None


def _key(_: Choosable, arguments: argparse.Namespace) -> Way:
    rows = [provider for provider in providers().values() if provider.needs_key]
    provider = rows[chosen("Which service is the key for?", [row.name for row in rows])]
    url = None if provider.base_url else base_url_of(arguments.base_url or line("Its address: "))
    settings = Settings(provider=provider.id, base_url=url)
    if asyncio.run(_is_paid_for(settings)):
        return settings, None
    if provider.key_from:
        say(f"One gets a key at {provider.key_from}.")
    return settings, key_of(provider.name)


def _gateway(_: Choosable, arguments: argparse.Namespace) -> Way:
    url = base_url_of(arguments.base_url or line("The gateway's address (https://…/v1): "))
    settings = Settings(provider="custom", base_url=url)
    if asyncio.run(_has_key(settings)):
        return settings, None
    text = "Does it want a key?"
    needs = chosen(text, ("Yes", "No")) == 0
    return settings, key_of(authority_of(url)) if needs else None


def _sign_in(_: Choosable, arguments: argparse.Namespace) -> Way:
    settings = Settings(provider="qwen-oauth")
    asyncio.run(_signed_in(settings, arguments))
    return settings, None


async def _signed_in(settings: Settings, arguments: argparse.Namespace) -> None:
    async with services_of(settings) as services:
        account = services.account(None, settings)
        await signing_in.signed_in(account, as_json=arguments.json)


async def _is_paid_for(settings: Settings) -> bool:
    async with services_of(settings) as services:
        return services.chosen(settings).is_paid_for


async def _has_key(settings: Settings) -> bool:
    async with services_of(settings) as services:
        return (await services.chosen(settings).account.access()).key is not None


def _keep(settings: Settings, key: SecretStr) -> SecretStr | None:
    """Keeps the key, so that it can be tried; the one that was kept before."""
    vault, origin = Vault(vault_file()), _origin(settings)
    before = vault.keys().get(origin)
    vault.keep(origin, key)
    return before


def _put_back(settings: Settings, before: SecretStr | None) -> None:
    vault, origin = Vault(vault_file()), _origin(settings)
    if before:
        vault.keep(origin, before)
    else:
        vault.forget(origin)


def _origin(settings: Settings) -> str:
    provider = providers()[settings.provider]
    return origin_of(provider.base_url or settings.base_url or "")


def _model(settings: Settings, option: Choosable) -> str:
    """The model that the user chooses of those that there are, or types."""
    names, default = asyncio.run(_models(settings))
    names = names or (option.engine.models if option.engine else ())
    best = best_model(names, default) or default
    if len(names) == 1:
        return names[0]
    if not names or len(names) > _SHOWN:
        if names:
            say(f"It has {len(names)} models; `qwen-lsp models` lists them.")
        typed = line(f"The model's name{f' (Enter takes {best})' if best else ''}: ")
        return typed or best
    ordered = [best, *(name for name in names if name != best)]
    return ordered[chosen("Which model?", ordered)]


async def _models(settings: Settings) -> tuple[tuple[str, ...], str]:
    """The names that the service lists, none where it does not, and its default."""
    async with services_of(settings) as services:
        there = services.chosen(settings)
        found = await services.models.paid_by(there.account, there.provider)
        return found.names, there.default_model


def _everywhere() -> bool:
    here = f"Only in {this_folder()}"
    return chosen("Where should it answer?", ("In all folders", here)) == 0


async def _tried(settings: Settings, arguments: argparse.Namespace) -> answer.Done:
    """Asks the model for a word, and remembers the choice if one comes. Raises QwenError."""
    async with services_of(settings) as services:
        there = services.chosen(settings)
        model, name = await _model_of(services, there), _name(there.provider, settings)
        if not arguments.json:
            say(f"Asking {model} on {name} for one word …")
        try:
            sentence = await ready(there.model, model, name)
        except QwenError as error:
            raise type(error)(f"{error} Nothing was changed.") from None
        choice = LastChoice(there.provider.id, model, _address(services, there, settings))
        folders = None if arguments.everywhere else [this_folder()]
        await services.last.keep(choice, folders)
        place = "in all folders" if folders is None else f"in {folders[0]}"
        fields = {"provider": choice.provider, "model": model, "everywhere": folders is None}
        said = f"{sentence} It answers {place} from now on.{_for_editors(settings.oauth)}"
        return answer.Done(said, fields)


def _for_editors(oauth: OAuth) -> str:
    """What an editor has to be told as well, because it signs in by its own settings alone."""
    if not oauth.issuer:
        return ""
    said = {
        "issuer": oauth.issuer,
        "clientId": oauth.client_id,
        "scope": oauth.scope,
        "baseUrl": oauth.base_url,
    }
    there = json.dumps({name: value for name, value in said.items() if value})
    return f" Set qwen.oauth in your editor to {there}."


def _address(services: Services, there: Chosen, settings: Settings) -> str | None:
    """The address that was asked, where it is one that was said now or chosen before."""
    last = services.last.choice
    before = last.base_url if last and last.provider == there.provider.id else None
    return settings.base_url or before


async def _model_of(services: Services, there: Chosen) -> str:
    """The model that is named, else the one to begin with of those that there are."""
    must_be_signed_in(there)
    if there.named_model.source == "qwen.model":
        return there.default_model
    found = await services.models.paid_by(there.account, there.provider)
    name = best_model(found.names, there.default_model) or there.default_model
    if not name:
        raise RequestError(f"{found.fault or 'Several could answer.'} Say --model NAME.")
    return name


def _name(provider: Provider, settings: Settings) -> str:
    if provider.base_url or not settings.base_url:
        return provider.name
    return authority_of(settings.base_url)
