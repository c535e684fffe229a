"""A Qwen model over HTTP: one streamed Chat Completion per request, paid for by a `Payer`."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qwen_lsp.errors import ModelError, RequestError, Unauthorized
from qwen_lsp.model.address import authority_of, host_of, is_loopback
from qwen_lsp.model.body import body_of, headers_of, holds_tokens
from qwen_lsp.model.catalog.providers import Continues, Provider, dialect_at
from qwen_lsp.model.chat import Kept, Piece, Request, Text
from qwen_lsp.model.failures.failures import FailureContext
from qwen_lsp.model.limits.limiter import Limiters, in_turn
from qwen_lsp.model.limits.pauses import pause
from qwen_lsp.model.limits.retry import persistently
from qwen_lsp.model.payer import Access, Payer, authorization
from qwen_lsp.model.responses import (
    PATH,
    ResponsesReader,
    kept_at,
    kept_or_not,
    new_to_service,
    responses_body,
)
from qwen_lsp.model.stream.chunks import ChunkReader
from qwen_lsp.model.stream.resume import Begun, asking_to_go_on, onward, way_on
from qwen_lsp.model.transport.http import Http, user_agent
from qwen_lsp.model.transport.timeouts import patience_at

if TYPE_CHECKING:
    import httpx

GOING_ON = "going on with the reply"


class Qwen:
    """The models of one provider."""

    def __init__(
        self,
        provider: Provider,
        payer: Payer,
        http: Http,
        version: str,
        limiters: Limiters | None = None,
    ) -> None:
        """`limiters` hold the requests back; without them nothing does."""
        self._provider = provider
        self._payer = payer
        self._http = http
        self._limiters = limiters or Limiters()
        self._agent = user_agent(version)

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """The reply to `request`, piece by piece. Wrap it in `contextlib.aclosing`.

        Closing it, or cancelling the task that waits for it, closes the connection at once. A reply
        that is cut is gone on with, where the service can; of what was shown nothing comes again. A
        request that has shown nothing is sent again where that is worth it (`limits/retry.py`).
        Raises ModelError, AccountError, or RequestError for what can't be sent at all.
        """
        begun, cut = Begun(), None
        while True:
            try:
                async with aclosing(self._part(request, begun)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ModelError as error:
                if begun.is_whole_after(error):
                    return
                cut = begun.worst_of(cut, error)
                left = replace(request, spent=begun.tokens).tokens_left
                way = None if left == 0 else await self._way_on(request)
                seconds = begun.pause(error) if way else None
                if way is None or seconds is None:
                    raise cut from None
            begun.go_on(way)
            async with aclosing(pause(seconds, GOING_ON)) as pieces:
                async for piece in pieces:
                    yield piece

    def once(self, request: Request) -> AsyncGenerator[Piece, None]:
        """The reply as one stream brings it: neither gone on with nor asked for again."""
        return self._paid(request, None)

    async def _part(self, request: Request, begun: Begun) -> AsyncGenerator[Piece, None]:
        """What one stream brings of the reply, be it the first one or one that goes on."""
        asked = onward(request, begun.sent) if begun.way else request
        asked = replace(asked, spent=begun.tokens)
        attempt = partial(kept_or_not, asked, partial(self._paid, way=begun.way))
        never_after = ("cut",) if begun.way else ()
        persistent = persistently(attempt, rest=self._limiters.rest, never_after=never_after)
        async with aclosing(persistent) as pieces:
            async for piece in pieces:
                if (taken := begun.take(piece)) is not None:
                    yield taken
        if (rest := begun.end()) is not None:
            yield rest

    async def _way_on(self, request: Request) -> Continues | None:
        access = await self._payer.access()
        return way_on(request, self._provider, host_of(access.base_url))

    async def _paid(self, request: Request, way: Continues | None) -> AsyncGenerator[Piece, None]:
        """A refused credential is renewed once, and only before text was shown."""
        access = await self._payer.access()
        for is_renewed in (False, True):
            has_begun = False
            try:
                attempt = partial(self._attempt, request, access, way)
                async with aclosing(in_turn(self._limiters.of(access.key), attempt)) as pieces:
                    async for piece in pieces:
                        has_begun = has_begun or isinstance(piece, Text)
                        yield piece
                return
            except Unauthorized:
                if has_begun:
                    raise
                access = await self._payer.renewed(access)
                if is_renewed:
                    raise

    async def _attempt(
        self, request: Request, access: Access, way: Continues | None
    ) -> AsyncGenerator[Piece, None]:
        from qwen_lsp.model.stream.receive import pieces_of
        from qwen_lsp.model.transport.exchange import opened

        request = kept_at(access.base_url, request)
        asked = self._asked(request, access)
        patience = patience_at(host_of(access.base_url), request.timeouts)
        client = self._http.client()
        post = self._post(client, request, access, way)
        start_with = self._provider.start_with
        response = await opened(client, post, patience=patience, start_with=start_with)
        reply = self._reader(request, asked, access.base_url)
        try:
            async with aclosing(pieces_of(response, reply, asked, patience)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            await response.aclose()

    def _reader(self, request: Request, asked: FailureContext, home: str) -> ChunkReader:
        limit, restores = request.max_tokens, holds_tokens(request)
        if not request.may_be_kept:
            return ChunkReader(asked, limit=limit, restores_tokens=restores)
        kept = Kept(request.kept.id if request.kept else "", len(request.messages) + 1, home)
        return ResponsesReader(asked, kept, limit=limit, restores_tokens=restores)

    def _post(
        self,
        client: "httpx.AsyncClient",
        request: Request,
        access: Access,
        way: Continues | None,
    ) -> "httpx.Request":
        from qwen_lsp.model.transport.exchange import stream_timeout

        host = host_of(access.base_url)
        body = body_of(new_to_service(request), self._provider, host)
        if request.may_be_kept:
            body = responses_body(body, request.kept)
        elif way:
            body = asking_to_go_on(body, way, dialect_at(host, self._provider))
        headers = {
            **headers_of(self._provider, host, self._agent),
            **authorization(access, self._provider.name),
            "Content-Type": "application/json",
        }
        return client.build_request(
            "POST",
            access.base_url + (PATH if request.may_be_kept else "/chat/completions"),
            # Half a character, as some editors send it, has no bytes in UTF-8.
            content=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            headers=headers,
            timeout=stream_timeout(patience_at(host, request.timeouts)),
        )

    def _asked(self, request: Request, access: Access) -> FailureContext:
        provider = self._provider
        host = authority_of(access.base_url)
        if provider.loopback_only and not is_loopback(host_of(access.base_url)):
            raise RequestError(f"{provider.name} runs on this machine only; correct qwen.baseUrl.")
        if not request.model:
            raise RequestError(f"No model is chosen for {host}; set qwen.model to its name.")
        return FailureContext(
            service=provider.name if provider.base_url or provider.loopback_only else host,
            host=host,
            model=request.model,
            key=access.key,
            along=self._http.secrets,
            key_from=provider.key_from,
            get_model_with=provider.get_model_with,
            advice=provider.advice,
        )
