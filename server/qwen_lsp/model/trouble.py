"""Why a connection failed, in plain words, out of the chain of errors beneath it."""

import socket
import ssl
from collections.abc import Iterator

from qwen_lsp.errors import Unreachable

_UNTRUSTED = (
    "The certificate of {host} is not trusted ({reason}); if your network inspects TLS, set "
    "SSL_CERT_FILE to its root certificate."
)
_NO_TLS = (
    "No encrypted connection to {host} came about ({reason}); check the address and the proxy."
)
_NO_NAME = "The name {host} was not found; check the network, the proxy and the address."
_NO_ANSWER = "Nothing answers at {host}; {remedy}."
_NOT_THERE = (socket.gaierror, ConnectionRefusedError)
_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, _UNTRUSTED),
    (ssl.SSLError, _NO_TLS),
    (socket.gaierror, _NO_NAME),
    (ConnectionRefusedError, _NO_ANSWER),
)


def unreachable(
    error: BaseException, host: str, *, start_with: str | None = None, proxy: str | None = None
) -> Unreachable:
    """The sentence for `error` on the way to `host`, which may carry a port.

    `start_with` is the command that starts a service of the user's own, `proxy` the host of the
    proxy on the way. Raise it `from None`: what lies beneath may hold a header.
    """
    causes = list(_chain(error))
    if proxy and any(isinstance(cause, _NOT_THERE) for cause in causes):
        return Unreachable(
            f"The proxy {proxy}, through which {host} is asked, can't be reached; check "
            "HTTPS_PROXY."
        )
    for kind, sentence in _SENTENCES:
        if cause := next((cause for cause in causes if isinstance(cause, kind)), None):
            terms = {"host": host, "reason": _reason(cause), "remedy": _remedy(start_with)}
            return Unreachable(sentence.format_map(terms))
    names = {type(cause).__name__ for cause in causes}
    if "ProxyError" in names:
        return _refused_by_proxy(causes, host)
    if "ConnectTimeout" in names:
        return Unreachable(f"{host} could not be reached in time; check the network and the proxy.")
    return Unreachable(
        f"The connection to {host} broke before the reply began; run the action again."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
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


def _remedy(start_with: str | None) -> str:
    if start_with:
        return f"start it with: {start_with}"
    return "check that the service runs and that the address is right"


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or "unknown reason"
    if isinstance(error, ssl.SSLError):
        return (error.reason or "unknown reason").replace("_", " ").lower()
    return ""


def _refused_by_proxy(causes: list[BaseException], host: str) -> Unreachable:
    if any("407" in str(cause) for cause in causes):
        return Unreachable(
            f"The proxy wants a password before it lets a request through to {host}; write the "
            "password into HTTPS_PROXY."
        )
    return Unreachable(
        f"The proxy did not let the connection to {host} through; check HTTPS_PROXY."
    )
