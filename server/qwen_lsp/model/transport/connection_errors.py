"""Why a connection failed, in plain words, out of the chain of errors beneath it."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.certificate import Certificate
from qwen_lsp.model.transport.network import Route
from qwen_lsp.model.transport.proxies import Proxy

# What OpenSSL calls an answer that is no TLS.
_NO_TLS = re.compile(r"WRONG_VERSION|UNKNOWN_PROTOCOL|RECORD_LAYER|HTTP_REQUEST|PACKET_LENGTH")
_NO_WAY = {
    errno.ENETUNREACH: "the network is unreachable",
    errno.EHOSTUNREACH: "there is no way to that host",
    errno.ENETDOWN: "the network is down",
    errno.ETIMEDOUT: "nothing answered in time",
}
_EXPIRED, _NOT_YET, _OTHER_NAMES = (10,), (9,), (62, 64)
_INSPECTED = (
    "; if your network inspects TLS, set qwen.caBundle or SSL_CERT_FILE to a file with its root "
    "certificate."
)


def unreachable(
    error: BaseException,
    host: str,
    route: Route | None = None,
    *,
    start_with: str | None = None,
    again: str = "run the action again",
) -> Unreachable:
    """The sentence for `error` on the way to `host`, which may carry a port.

    `start_with` is the command that starts a service of the user's own, `again` the words for
    another attempt. Raise it `from None`: what lies beneath may hold a header.
    """
    causes, route = list(causes_of(error)), route or Route()
    said = (
        (_proxy_said(causes, host, route.proxy) if route.proxy else None)
        or _security_said(causes, host, route)
        or _network_said(causes, host, start_with)
    )
    if said:
        return Unreachable(said)
    todo = _again(causes, route, again)
    broke = f"The connection to {host} broke before the reply began; {todo}."
    return Unreachable(broke, meaning="cut")


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """`error` and all that caused it, the members of groups too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__context__, cause.__cause__]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions


def _proxy_said(causes: list[BaseException], host: str, proxy: Proxy) -> str | None:
    """The sentence for what the proxy did, or did not do."""
    name, check = f"The proxy {proxy.place}", f"check {proxy.source}"
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"{name}, through which {host} is asked, was not found; {check}."
        if isinstance(cause, ConnectionRefusedError) or _no_way(cause):
            return f"{name}, through which {host} is asked, can't be reached; {check}."
        if proxy.scheme == "https" and _speaks_no_tls(cause):
            return f"{name} does not speak TLS; in {proxy.source} write it as http://."
    names = {type(cause).__name__ for cause in causes}
    if "ConnectTimeout" in names:
        return f"{host} could not be reached in time through the proxy {proxy.place}; {check}."
    if "ProxyError" in names:
        return _refused_by_proxy(causes, host, proxy)
    return None


def _refused_by_proxy(causes: list[BaseException], host: str, proxy: Proxy) -> str:
    name = f"The proxy {proxy.place}"
    answers = " ".join(str(cause) for cause in causes if type(cause).__name__ == "ProxyError")
    status = re.search(r"\b[345]\d\d\b", answers)
    number = status[0] if status else ""
    if number == "407" and proxy.has_password:
        return (
            f"{name} refused the user name or the password in {proxy.source}, so {host} was not "
            "reached; correct them."
        )
    if number == "407":
        return (
            f"{name} wants a password before it lets a request through to {host}; write it into "
            f"{proxy.source}, as http://user:password@{proxy.place}."
        )
    said = f" (HTTP {number})" if number else ""
    if number.startswith("5"):
        return f"{name} could not reach {host}{said}; check the address, or try again."
    return (
        f"{name} did not let the connection to {host} through{said}; ask whoever runs it, or check "
        f"{proxy.source}."
    )


def _security_said(causes: list[BaseException], host: str, route: Route) -> str | None:
    """The sentence for TLS that did not come about."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _distrusted(cause, host, route.distrusted)
        if _speaks_no_tls(cause):
            return (
                f"What answers at {host} speaks no TLS; correct its port, or write http:// for a "
                "service on this machine."
            )
        if isinstance(cause, ssl.SSLError):
            reason = (cause.reason or "unknown reason").replace("_", " ").lower()
            return (
                f"No encrypted connection to {host} came about ({reason}); check the address and "
                "the proxy."
            )
    return None


def _distrusted(error: ssl.SSLCertVerificationError, host: str, shown: Certificate | None) -> str:
    today = datetime.now(UTC)
    code = getattr(error, "verify_code", 0)
    if code in _OTHER_NAMES:
        return (
            f"The certificate of {host} is made out to other names, so something else answers "
            "there; check the address, and whether this network wants you to sign in to it first."
        )
    if code in _EXPIRED or (shown and shown.ends < today):
        ended = f" on {shown.ends:%Y-%m-%d}" if shown else ""
        return (
            f"The certificate of {host} expired{ended}, and this machine takes today for "
            f"{today:%Y-%m-%d}; set the clock if that is wrong, else ask whoever runs {host}."
        )
    if code in _NOT_YET or (shown and shown.begins > today):
        begins = f" before {shown.begins:%Y-%m-%d}" if shown else " yet"
        return (
            f"The certificate of {host} is not valid{begins}, and this machine takes today for "
            f"{today:%Y-%m-%d}; set the clock."
        )
    reason = getattr(error, "verify_message", "") or "unknown reason"
    if shown and shown.issuer:
        return (
            f"The certificate of {host} was issued by “{shown.issuer}”, which this machine does "
            f"not trust ({reason}){_INSPECTED}"
        )
    return f"The certificate of {host} is not trusted ({reason}){_INSPECTED}"


def _network_said(causes: list[BaseException], host: str, start_with: str | None) -> str | None:
    """The sentence for a host that was not reached at all."""
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"The name {host} was not found; check the network, the proxy and the address."
        if isinstance(cause, ConnectionRefusedError):
            remedy = "check that the service runs and that the address is right"
            return (
                f"Nothing answers at {host}; "
                + (f"start it with: {start_with}" if start_with else remedy)
                + "."
            )
        if reason := _no_way(cause):
            return f"{host} can't be reached ({reason}); check the network, the VPN and the proxy."
    names = {type(cause).__name__ for cause in causes}
    if "ConnectTimeout" in names:
        return f"{host} could not be reached in time; check the network and the proxy."
    return None


def _again(causes: list[BaseException], route: Route, again: str) -> str:
    # A service that expects TLS hangs up on a request without, or answers what is no HTTP.
    if route.is_plain and any(type(cause).__name__ == "RemoteProtocolError" for cause in causes):
        return f"{again}, or write its address with https:// if it speaks TLS"
    return again


def _no_way(cause: BaseException) -> str:
    return _NO_WAY.get(cause.errno or 0, "") if isinstance(cause, OSError) else ""


def _speaks_no_tls(cause: BaseException) -> bool:
    return isinstance(cause, ssl.SSLError) and bool(_NO_TLS.search(cause.reason or ""))
