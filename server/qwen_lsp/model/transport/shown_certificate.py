"""Which certificate a host shows, asked for anew after it was not believed; nothing is sent there.

Imports httpx, so it is imported when it is used.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from qwen_lsp.model.transport.certificate import Certificate, certificate_of
from qwen_lsp.model.transport.certificates import nobody_trusted
from qwen_lsp.model.transport.connection_errors import causes_of
from qwen_lsp.model.transport.proxies import Proxy

_SECONDS = 5
_ASN1 = 2


class _Seen(Exception):
    """The connection is secured, and there is nothing more to do with it."""


def is_about_trust(error: BaseException) -> bool:
    """Whether a connection failed because a certificate was not believed."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes_of(error))


async def certificate_of_host(
    url: httpx.URL, proxy: Proxy | None, roots: ssl.SSLContext
) -> Certificate | None:
    """What the host of `url` shows, believed or not; None where it can't be had in time."""
    chain = await certificates_of_host(url, proxy, roots)
    return chain[0] if chain else None


async def certificates_of_host(
    url: httpx.URL, proxy: Proxy | None, roots: ssl.SSLContext
) -> tuple[Certificate, ...]:
    """What the host of `url` shows, believed or not: its own certificate, then those behind it.

    The connection ends once it is secured, before anything of a request is sent. A proxy that is
    spoken to by TLS has to be believed by `roots`: it may be sent a password.
    """
    seen: list[bytes] = []

    async def look(event: str, details: Mapping[str, Any]) -> None:
        if event.endswith("start_tls.complete") and _is_of_host(event, proxy):
            stream = details["return_value"]
            secured = stream.get_extra_info("ssl_object")
            seen.extend(_shown_by(secured))
            await stream.aclose()
            raise _Seen

    asking = httpx.Request("HEAD", url.join("/"), extensions={"trace": look})
    with suppress(_Seen, httpx.HTTPError, OSError, ValueError, TimeoutError):
        async with asyncio.timeout(_SECONDS), _believing(proxy, roots) as anything:
            await anything.handle_async_request(asking)
    return tuple(read for read in map(certificate_of, seen) if read)


def _shown_by(secured: Any) -> list[bytes]:
    """The certificates in DER. Before Python 3.13 only the inner object knows of more than one."""
    for holder in (secured, getattr(secured, "_sslobj", None)):
        if chain := getattr(holder, "get_unverified_chain", None):
            return [_der(each) for each in chain() or ()]
    return [secured.getpeercert(binary_form=True) or b""]


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    der: bytes = certificate.public_bytes(_ASN1)
    return der


def _is_of_host(event: str, proxy: Proxy | None) -> bool:
    """Whether it was the host that was secured, and not the way to the proxy before it."""
    return proxy is None or not event.startswith("connection.")


def _believing(proxy: Proxy | None, roots: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    anyone = nobody_trusted()
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    return httpx.AsyncHTTPTransport(verify=anyone, proxy=by_way_of(proxy, roots))


def by_way_of(proxy: Proxy | None, roots: ssl.SSLContext) -> httpx.Proxy | None:
    """`proxy` as httpx takes it. Raises Unreachable where it can't be read."""
    if proxy is None:
        return None
    return httpx.Proxy(proxy.url, ssl_context=roots if proxy.scheme == "https" else None)
