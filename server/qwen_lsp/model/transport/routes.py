"""The ways that requests take to the network. Imports httpx, so it is imported when it is used."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable
from typing import cast

import httpx

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.certificates import nobody_trusted, trusted_roots
from qwen_lsp.model.transport.network import Network, Route, note_route
from qwen_lsp.model.transport.proxies import Proxy, proxies_in_force
from qwen_lsp.model.transport.shown_certificate import (
    by_way_of,
    certificate_of_host,
    is_about_trust,
)

_KEPT_ALIVE_SECONDS = 30
_PORTS = {"https": 443, "http": 80}


class Routes(httpx.AsyncBaseTransport):
    """Sends requests as the user's settings say by then.

    After a change of settings new requests take new connections, and what is running goes on with
    those that it has. httpx's own reading of the environment would send a request to this machine
    through the proxy wherever NO_PROXY does not name it, so the way is chosen here.
    """

    def __init__(self, network: Network) -> None:
        self._pools = Pools(network)
        self._former: list[Pools] = []

    def use(self, network: Network) -> None:
        """From now on requests go as `network` says."""
        if network != self._pools.network:
            self._former.append(self._pools)
            self._pools = Pools(network)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends `request` its way.

        Raises Unreachable for a proxy or for certificates that can't be used.
        """
        await self._close_former()
        return await self._pools.send(request)

    async def aclose(self) -> None:
        """Closes every connection."""
        for pools in (self._pools, *self._former):
            await pools.aclose()
        self._former.clear()

    async def _close_former(self) -> None:
        idle = [pools for pools in self._former if not pools.is_busy]
        self._former = [pools for pools in self._former if pools.is_busy]
        for pools in idle:
            await pools.aclose()


class Pools:
    """A pool of connections for each way: direct or by a proxy, with TLS or without."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._proxies = proxies_in_force(network.proxy, network.qwen_codes_proxy)
        self._pools: dict[tuple[str, Proxy | None], httpx.AsyncHTTPTransport] = {}
        self._running: set[httpx.Request] = set()
        self._reading = asyncio.Lock()
        self._roots: ssl.SSLContext | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is a request whose answer is not whole yet."""
        return bool(self._running)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """The answer to `request`. Its way is noted on it."""
        url = request.url
        proxy = self._proxies.way_to(url.scheme, url.host, url.port or _PORTS[url.scheme])
        note_route(request, Route(proxy, is_plain=url.scheme == "http"))
        self._running.add(request)
        try:
            pool = await self._pool(url.scheme, proxy)
            response = await pool.handle_async_request(request)
        except BaseException as error:
            self._running.discard(request)
            if self._roots and is_about_trust(error):
                shown = await certificate_of_host(url, proxy, self._roots)
                note_route(request, Route(proxy, shown))
            raise
        body = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _Counted(body, lambda: self._running.discard(request))
        return response

    async def aclose(self) -> None:
        """Closes every connection."""
        for pool in self._pools.values():
            await pool.aclose()

    async def _pool(self, scheme: str, proxy: Proxy | None) -> httpx.AsyncHTTPTransport:
        # Reading the roots takes a while, which a model on this machine should not wait for.
        plain = scheme == "http" and proxy is None
        roots = nobody_trusted() if plain else await self._trusted()
        way = scheme, proxy
        if way not in self._pools:
            self._pools[way] = _opened(proxy, roots)
        return self._pools[way]

    async def _trusted(self) -> ssl.SSLContext:
        async with self._reading:
            if self._roots is None:
                bundle = self.network.ca_bundle
                self._roots = await asyncio.to_thread(trusted_roots, bundle, os.environ)
            return self._roots


class _Counted(httpx.AsyncByteStream):
    """The body of an answer; `done` is called when nobody reads it any more."""

    def __init__(self, stream: httpx.AsyncByteStream, done: Callable[[], None]) -> None:
        self._stream, self._done = stream, done

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._done()


def _opened(proxy: Proxy | None, roots: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(max_connections=None, keepalive_expiry=_KEPT_ALIVE_SECONDS)
    try:
        by = by_way_of(proxy, roots)
        return httpx.AsyncHTTPTransport(verify=roots, proxy=by, limits=limits)
    except ImportError:
        fault = (
            "is a SOCKS proxy, which needs the Python package socksio beside qwen-lsp; install "
            "that, or name an HTTP proxy, such as http://proxy:3128"
        )
    except (ValueError, httpx.InvalidURL):
        fault = "can't be used; write it as http://host:port"
    source = proxy.source if proxy else "the environment"
    # What the library says of an address may hold its password.
    raise Unreachable(f"The proxy in {source} {fault}.")
