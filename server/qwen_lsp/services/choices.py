"""What can be chosen: the services that are set up or run here, and the models of one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import QwenError
from ..model.catalog.providers import Provider
from ..settings.settings import Settings

if TYPE_CHECKING:
    from .services import Chosen, Services

ANSWER_WITHIN = 7.0
"""Seconds in which a command is answered; some editors give one up after 10."""
NAMED = 20
"""Models that a sentence has room for."""


@dataclass(frozen=True)
class Offered:
    """A question, what each of its answers chooses (provider and model), and all of it in words."""

    question: str
    sentence: str
    titles: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


async def providers_offered(services: "Services", settings: Settings) -> Offered:
    """The services that there is a sign-in or a key for, and the engines that run just now."""
    from ..model.catalog.engines import local_engines, running_engines
    from .services import SET_UP

    local = [provider for provider in local_engines() if settings.allows(provider.id)]
    running = await running_engines(services.http, local)
    found = [each.provider for each in services.ready(settings)]
    found += [engine.provider for engine in running if engine.provider not in found]
    if not found:
        return Offered("", SET_UP, fields={"choices": []})
    ids = ", ".join(provider.id for provider in found)
    return Offered(
        "Which service is to answer in this workspace?",
        f"These can answer: {ids}; choose one with qwen-lsp use PROVIDER, or set qwen.provider.",
        {provider.name: (provider.id, None) for provider in found},
        {"choices": [_fields(provider) for provider in found]},
    )


async def models_offered(services: "Services", chosen: "Chosen") -> Offered:
    """The models that the chosen service lists, those that answer in text first."""
    provider = chosen.provider
    names, fault = await _listed(services, chosen)
    typed = f"qwen-lsp use {provider.id} MODEL"
    fields = {"provider": provider.id, "choices": list(names)}
    if not names:
        return Offered("", f"{fault} Any name can be given to {typed}.", fields=fields)
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return Offered(
        f"Which model of {provider.name} is to answer in this workspace? Another one can be "
        f"chosen by its name: {typed}.",
        f"{provider.name} has {', '.join(names[:NAMED])}{more}; choose one with {typed}, or set "
        "qwen.model.",
        {name: (provider.id, name) for name in names},
        fields,
    )


async def _listed(services: "Services", chosen: "Chosen") -> tuple[tuple[str, ...], str]:
    """The names, or the sentence why there are none."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            models = await services.models.paid_by(chosen.account, chosen.provider)
    except TimeoutError:
        return (), f"{chosen.provider.name} did not list its models in time."
    except QwenError as error:
        return (), str(error)
    return models.names, models.fault


def _fields(provider: Provider) -> dict[str, str]:
    return {"provider": provider.id, "name": provider.name}
