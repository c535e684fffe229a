"""A Qwen model over HTTP: one streamed Chat Completion per request, paid for by a `Payer`."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from qwen_lsp.errors import CredentialRefused, RequestError, Unauthorized
from qwen_lsp.model.address import authority_of, host_of, is_loopback
from qwen_lsp.model.body import body_of, headers_of, holds_tokens
from qwen_lsp.model.chat import Piece, Request
from qwen_lsp.model.chunks import ChunkReader
from qwen_lsp.model.failures import Asked
from qwen_lsp.model.http import Http, user_agent
from qwen_lsp.model.patience import Patience, patience_at
from qwen_lsp.model.providers import Provider

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Access:
    """Where a request goes and what pays for it. `base_url` is one that `base_url_of` gave."""

    base_url: str
    key: SecretStr | None


class Payer(Protocol):
    """Who pays for requests."""

    async def access(self) -> Access:
        """The access to use now. Raises AccountError."""
        ...

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401 for `refused`. Raises CredentialRefused if there is none.

        It may be asked again for an access that it has just given; then it has to raise.
        """
        ...


class Qwen:
    """The models of one provider."""

    def __init__(self, provider: Provider, payer: Payer, http: Http, version: str) -> None:
        self._provider = provider
        self._payer = payer
        self._http = http
        self._agent = user_agent(version)

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """The reply to `request`, piece by piece. Wrap it in `contextlib.aclosing`.

        Closing it, or cancelling the task that waits for it, closes the connection at once.
        A refused credential is renewed once, and only before the reply has begun.
        Raises ModelError, AccountError, or RequestError for what can't be sent at all.
        """
        access = await self._payer.access()
        for is_renewed in (False, True):
            has_begun = False
            try:
                async with aclosing(self._attempt(request, access)) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield piece
                return
            except Unauthorized:
                if has_begun:
                    raise
                access = await self._payer.renewed(access)
                if is_renewed:
                    raise

    async def _attempt(self, request: Request, access: Access) -> AsyncGenerator[Piece, None]:
        from qwen_lsp.model.exchange import opened
        from qwen_lsp.model.receive import pieces_of

        asked = self._asked(request, access)
        patience = patience_at(host_of(access.base_url), request.timeouts)
        client = self._http.client()
        post = self._post(client, request, access, patience)
        start_with = self._provider.start_with
        response = await opened(client, post, patience=patience, start_with=start_with)
        reply = ChunkReader(asked, limit=request.max_tokens, restores_tokens=holds_tokens(request))
        try:
            async with aclosing(pieces_of(response, reply, asked, patience)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            await response.aclose()

    def _post(
        self, client: "httpx.AsyncClient", request: Request, access: Access, patience: Patience
    ) -> "httpx.Request":
        from qwen_lsp.model.exchange import stream_timeout

        host = host_of(access.base_url)
        body = json.dumps(body_of(request, self._provider, host), ensure_ascii=False)
        headers = {
            **headers_of(self._provider, host, self._agent),
            **authorization(access, self._provider.name),
            "Content-Type": "application/json",
        }
        return client.build_request(
            "POST",
            access.base_url + "/chat/completions",
            # Half a character, as some editors send it, has no bytes in UTF-8.
            content=body.encode("utf-8", "replace"),
            headers=headers,
            timeout=stream_timeout(patience),
        )

    def _asked(self, request: Request, access: Access) -> Asked:
        provider = self._provider
        host = authority_of(access.base_url)
        if provider.loopback_only and not is_loopback(host_of(access.base_url)):
            raise RequestError(f"{provider.name} runs on this machine only; correct qwen.baseUrl.")
        if not request.model:
            raise RequestError(f"No model is chosen for {host}; set qwen.model to its name.")
        return Asked(
            service=provider.name if provider.base_url or provider.loopback_only else host,
            host=host,
            model=request.model,
            key=access.key,
            key_from=provider.key_from,
            get_model_with=provider.get_model_with,
            advice=provider.advice,
        )


def authorization(access: Access, service: str) -> dict[str, str]:
    """The header with the key, none without one. Raises CredentialRefused for what is no key."""
    if access.key is None:
        return {}
    key = access.key.get_secret_value()
    # The HTTP library would name a header that it can't send, and the key with it.
    if not key or not all("!" <= character <= "~" for character in key):
        raise CredentialRefused(
            f"The key for {service} is empty or holds blanks or letters that no key has; copy it "
            "again."
        )
    return {"Authorization": f"Bearer {key}"}
