"""Which windows models have: known of DashScope's, asked of all others, and remembered a while."""

import asyncio
import json
import time
from collections.abc import Callable

from qwen_lsp.errors import QwenError
from qwen_lsp.model.address import host_of
from qwen_lsp.model.catalog.families import family_of
from qwen_lsp.model.catalog.models import answer_of, answered
from qwen_lsp.model.catalog.providers import Provider, dialect_at
from qwen_lsp.model.catalog.window import (
    Engine,
    Window,
    engine_in_list,
    window_in_list,
    window_in_props,
    window_in_ps,
    window_in_show,
)
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http

OLLAMAS_LEAST = 4_096
"""What Ollama opens where nothing says more: its default on machines with little video memory."""
_SECONDS = 2.0
_LOADING_SECONDS = 300.0
_REMEMBERED = 60.0


def known_window(model: str) -> Window | None:
    """The window of a model of DashScope's; None where it is not known."""
    tokens = family_of(model).window
    return Window(tokens) if tokens else None


class Windows:
    """The windows of all models, each asked for at most once a minute."""

    def __init__(self, http: Http, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http, self._clock = http, clock
        self._known: dict[tuple[str, str], tuple[float, Window | None]] = {}

    async def of(self, provider: Provider, access: Access, model: str) -> Window | None:
        """The window of `model`; None where nobody says. Raises nothing."""
        if dialect_at(host_of(access.base_url), provider) == "dashscope":
            return known_window(model)
        key = access.base_url, model
        known = self._known.get(key)
        if known and self._clock() - known[0] < _REMEMBERED:
            return known[1]
        window = await self._asked(provider, access, model)
        if window is None or not window.is_assumed:
            self._known[key] = self._clock(), window
        return window

    async def opened(self, provider: Provider, access: Access, model: str) -> Window | None:
        """The window of a model of Ollama's, which loads it where it is not. Raises nothing."""
        body = json.dumps({"model": model, "stream": False}).encode()
        await self._answer(provider, access, "/api/generate", body, seconds=_LOADING_SECONDS)
        return await self.of(provider, access, model)

    async def _asked(self, provider: Provider, access: Access, model: str) -> Window | None:
        if provider.engine:
            return await self._of_engine(provider.engine, provider, access, model)
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await answer_of(self._http, provider, access)
        except (QwenError, TimeoutError):
            return None
        if answer.status != 200:
            return None
        if engine := engine_in_list(answer.body):
            return await self._of_engine(engine, provider, access, model)
        tokens = window_in_list(answer.body, model)
        return Window(tokens) if tokens else None

    async def _of_engine(
        self, engine: Engine, provider: Provider, access: Access, model: str
    ) -> Window | None:
        if engine == "ollama":
            return await self._of_ollama(provider, access, model)
        if engine == "llamacpp":
            tokens = window_in_props(await self._answer(provider, access, "/props"))
        else:
            tokens = window_in_list(await self._answer(provider, access, "/api/v0/models"), model)
        return Window(tokens) if tokens else None

    async def _of_ollama(self, provider: Provider, access: Access, model: str) -> Window | None:
        loaded = await self._answer(provider, access, "/api/ps")
        if tokens := window_in_ps(loaded, model):
            return Window(tokens, cuts=True)
        named = json.dumps({"model": model}).encode()
        shown = await self._answer(provider, access, "/api/show", named)
        if not shown:
            return None
        if tokens := window_in_show(shown):
            return Window(tokens, cuts=True)
        return Window(OLLAMAS_LEAST, is_assumed=True, cuts=True)

    async def _answer(
        self,
        provider: Provider,
        access: Access,
        path: str,
        content: bytes | None = None,
        *,
        seconds: float = _SECONDS,
    ) -> bytes:
        """What the engine says of itself, beside its OpenAI route; empty where it does not."""
        url = access.base_url.removesuffix("/v1") + path
        try:
            async with asyncio.timeout(seconds):
                answer = await answered(
                    self._http, provider, access, url, content=content, seconds=seconds
                )
        except (QwenError, TimeoutError):
            return b""
        return answer.body if answer.status == 200 else b""
