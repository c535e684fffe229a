"""The engines of the user's own that run on this machine just now; looked for only when asked."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from qwen_lsp.errors import QwenError
from qwen_lsp.model.catalog.model_list import names_of
from qwen_lsp.model.catalog.models import answer_of
from qwen_lsp.model.catalog.providers import Provider, providers
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http

_SECONDS = 0.5


@dataclass(frozen=True)
class Engine:
    """An engine that answers, and its models; none where it has none, or is still loading one."""

    provider: Provider
    models: tuple[str, ...]
    is_loading: bool = False


def local_engines() -> tuple[Provider, ...]:
    """The providers whose usual place is on this machine."""
    return tuple(provider for provider in providers().values() if provider.is_local)


async def running_engines(http: Http, places: Iterable[Provider]) -> tuple[Engine, ...]:
    """Those of `places` that answer within half a second, in that order. Raises nothing.

    What answers something else than a list of models is another program.
    """
    found = await asyncio.gather(*(_look(http, provider) for provider in places))
    return tuple(engine for engine in found if engine)


async def _look(http: Http, provider: Provider) -> Engine | None:
    access = Access(provider.base_url or "", key=None)
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await answer_of(http, provider, access)
    except (QwenError, TimeoutError):
        return None
    if answer.status == 503 and b"oading model" in answer.body:
        return Engine(provider, (), is_loading=True)
    names = names_of(answer.body) if answer.status == 200 else None
    return None if names is None else Engine(provider, names)
