"""The way to a service: the proxy and why, the name's addresses, the certificate and its roots."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from qwen_lsp.model.address import is_loopback
from qwen_lsp.model.transport.certificate import Certificate
from qwen_lsp.model.transport.network import Network
from qwen_lsp.model.transport.proxies import Proxies, Proxy, proxies_in_force

from .finding import Finding

_PORTS = {"https": 443, "http": 80}
_SHOWN = 4
_SOON = timedelta(days=14)


@dataclass(frozen=True)
class ServiceAddress:
    """Where a service is; `url` is its base URL."""

    url: str
    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "ServiceAddress":
        """The place of a base URL that is known to be one."""
        parts = urlsplit(url)
        return cls(url, parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])


ANYWHERE = ServiceAddress("", "https", "A service on the internet", _PORTS["https"])
"""Stands for any service, where none is chosen."""


async def proxy_found(place: ServiceAddress, network: Network) -> list[Finding]:
    """Which proxy a request takes, and what says so."""
    proxies = _proxies(network)
    proxy = _way(proxies, place)
    if proxy is None:
        reason = _direct_because(proxies, place)
        return [Finding("Proxy", "ok", f"{place.host} is asked directly, because {reason}.")]
    _ = proxy.url  # Raises where the proxy can't be read.
    password = ", with a user name" if proxy.has_password else ""
    said = f"{place.host} is asked through {proxy.place}{password}, as {proxy.source} says."
    return [Finding("Proxy", "ok", said)]


async def name_found(place: ServiceAddress, network: Network) -> list[Finding]:
    """The addresses of the host, or of the proxy, which then looks up the host."""
    proxy = _way(_proxies(network), place)
    host = urlsplit(proxy.url).hostname or "" if proxy else place.host
    if is_loopback(host):
        return [Finding("Name", "ok", f"{host} is this machine.")]
    try:
        loop = asyncio.get_running_loop()
        rows = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        way_out = "Check the network, the VPN, and how the name is written."
        return [Finding("Name", "wrong", f"{host} was not found ({reason}).", way_out)]
    addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
    more = " and more" if len(addresses) > _SHOWN else ""
    said = f"{host} has the address{'es' * (len(addresses) > 1)} "
    return [Finding("Name", "ok", f"{said}{', '.join(addresses[:_SHOWN])}{more}.")]


async def certificate_found(
    place: ServiceAddress, network: Network, environ: Mapping[str, str]
) -> list[Finding]:
    """Who issued the certificates that the host shows, and which roots decide whether to believe.

    Whether they are believed shows when the service is asked.
    """
    if place.scheme != "https":
        return [Finding("Certificate", "ok", "On this machine nothing is encrypted.")]
    roots, named = await _believed(network, environ)
    import httpx

    from qwen_lsp.model.transport.shown_certificate import certificates_of_host

    proxy = _way(_proxies(network), place)
    chain = await certificates_of_host(httpx.URL(place.url), proxy, roots)
    if not chain:
        said = f"{place.host} showed no certificate in time. {named}"
        return [Finding("Certificate", "warning", said)]
    return [_of_chain(place.host, chain, named)]


async def roots_found(network: Network, environ: Mapping[str, str]) -> list[Finding]:
    """Which roots decide, where there is no service to look at."""
    _, named = await _believed(network, environ)
    return [Finding("Certificate", "ok", named)]


async def _believed(network: Network, environ: Mapping[str, str]) -> tuple[ssl.SSLContext, str]:
    """The roots, and the sentence for them. Raises Unreachable where they can't be read."""
    from qwen_lsp.model.transport.certificates import roots_named, trusted_roots

    roots = await asyncio.to_thread(trusted_roots, network.ca_bundle, environ)
    return roots, f"Believed are {roots_named(network.ca_bundle, environ)}."


def _of_chain(host: str, chain: tuple[Certificate, ...], named: str) -> Finding:
    issuers = ", which is by ".join(
        f"“{issuer}”" for issuer in dict.fromkeys(each.issuer or "?" for each in chain)
    )
    ends, today = chain[0].ends, datetime.now(UTC)
    said = f"That of {host} is by {issuers}, and lasts until {ends:%Y-%m-%d}. {named}"
    if ends < today:
        return Finding("Certificate", "wrong", said, "It expired: check this machine's clock.")
    if ends - today < _SOON:
        return Finding("Certificate", "warning", said, f"Whoever runs {host} has to renew it soon.")
    return Finding("Certificate", "ok", said)


def _proxies(network: Network) -> Proxies:
    return proxies_in_force(network.proxy, network.qwen_codes_proxy)


def _way(proxies: Proxies, place: ServiceAddress) -> Proxy | None:
    return proxies.way_to(place.scheme, place.host, place.port)


def _direct_because(proxies: Proxies, place: ServiceAddress) -> str:
    if is_loopback(place.host):
        return "it is this machine"
    if _way(replace(proxies, exceptions=""), place):
        return "NO_PROXY names it"
    return "no proxy is named anywhere"
