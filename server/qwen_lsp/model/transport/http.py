"""The HTTP client of the process: opened at its first use, kept alive, and never redirected."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from typing import TYPE_CHECKING

from qwen_lsp.model.transport.network import Network

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from pydantic import SecretStr

    from qwen_lsp.model.transport.routes import Routes

CONNECT_SECONDS = 10
IDLE_SECONDS = 60


class Http:
    """Owns the one `httpx.AsyncClient`. Tests give a `transport` in place of the network."""

    def __init__(self, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._network = Network()
        self._routes: Routes | None = None

    @property
    def network(self) -> Network:
        """The way that new requests go."""
        return self._network

    def use(self, network: Network) -> None:
        """From now on requests go as `network` says; what is running goes on as it began."""
        self._network = network
        if self._routes is not None:
            self._routes.use(network)

    def client(self) -> httpx.AsyncClient:
        """The client, opened now if it is not."""
        if self._client is None:
            self._client = _opened(self._transport or self._opened_routes(), self._put_along)
        return self._client

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """What goes along with requests, and must not be shown."""
        return self._network.along.secrets if self._network.along else ()

    async def aclose(self) -> None:
        """Closes every connection. A later `client()` opens anew."""
        client, self._client, self._routes = self._client, None, None
        if client is not None:
            await client.aclose()

    async def _put_along(self, request: httpx.Request) -> None:
        if self._network.along:
            self._network.along.put_on(request)

    def _opened_routes(self) -> Routes:
        from qwen_lsp.model.transport.routes import Routes

        self._routes = Routes(self._network)
        return self._routes


def user_agent(version: str) -> str:
    """Our own name: the default ones of libraries are met by a firewall (qwen-services, 3.3)."""
    return f"qwen-lsp/{version} ({sys.platform}; {platform.machine().lower() or 'unknown'})"


def _opened(
    transport: httpx.AsyncBaseTransport, put_along: Callable[[httpx.Request], Awaitable[None]]
) -> httpx.AsyncClient:
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS, pool=None),
        headers={"User-Agent": user_agent(_version())},
        # No cookie is kept: nothing of one account may go along with another.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        event_hooks={"request": [put_along]},
        follow_redirects=False,
        trust_env=False,
    )


def _version() -> str:
    try:
        return importlib.metadata.version("qwen-lsp")
    except importlib.metadata.PackageNotFoundError:
        return "0"
