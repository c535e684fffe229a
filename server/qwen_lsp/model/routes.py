"""The ways that requests take to the network. Imports httpx, so it is imported when it is used."""

import functools
import ssl
from collections.abc import Mapping

import httpx

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.proxies import environment_proxies, proxy_for

_KEPT_ALIVE_SECONDS = 30
_PORTS = {"https": 443, "http": 80}


class Routes(httpx.AsyncBaseTransport):
    """A pool of connections for each way: direct or by a proxy, with TLS or without.

    httpx's own reading of the environment would send a request to this machine through the proxy
    wherever NO_PROXY does not name it, so the way is chosen here.
    """

    def __init__(self, proxies: Mapping[str, str]) -> None:
        self._proxies = proxies
        self._pools: dict[tuple[str, str | None], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends `request` its way. Raises Unreachable for a proxy that can't be used."""
        way = request.url.scheme, _proxy_of(request, self._proxies)
        if way not in self._pools:
            self._pools[way] = self._pool(*way)
        return await self._pools[way].handle_async_request(request)

    async def aclose(self) -> None:
        """Closes every connection."""
        for pool in self._pools.values():
            await pool.aclose()

    def _pool(self, scheme: str, proxy: str | None) -> httpx.AsyncHTTPTransport:
        # Reading the roots takes a while, which a model on this machine should not wait for. A
        # context without any trusts nobody.
        plain = scheme == "http" and proxy is None
        roots = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else self._roots
        limits = httpx.Limits(max_connections=None, keepalive_expiry=_KEPT_ALIVE_SECONDS)
        try:
            return httpx.AsyncHTTPTransport(verify=roots, proxy=proxy, limits=limits)
        except (ImportError, ValueError, httpx.InvalidURL):
            # The address of the proxy may hold a password, so it is not shown.
            raise Unreachable(
                "The proxy that the environment names can't be used; set HTTPS_PROXY to the "
                "address of an HTTP proxy, such as http://proxy:3128."
            ) from None

    @functools.cached_property
    def _roots(self) -> ssl.SSLContext:
        """certifi's roots, or those that SSL_CERT_FILE or SSL_CERT_DIR names."""
        try:
            return httpx.create_ssl_context()
        except OSError:
            raise Unreachable(
                "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be read; "
                "correct that path."
            ) from None


def proxy_host(request: httpx.Request) -> str | None:
    """Host and port of the proxy that `request` takes, without a password that it may hold."""
    proxy = _proxy_of(request, environment_proxies())
    try:
        return httpx.URL(proxy).netloc.decode("ascii") if proxy else None
    except httpx.InvalidURL:
        return None


def _proxy_of(request: httpx.Request, proxies: Mapping[str, str]) -> str | None:
    url = request.url
    return proxy_for(url.scheme, url.host, url.port or _PORTS[url.scheme], proxies)
