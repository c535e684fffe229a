"""Which addresses a request may go to: https, or http to this machine; a key belongs to an origin.

Everything here works on text and asks no resolver, so a name that looks like another stays another.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from qwen_lsp.errors import RequestError

_CHAT = "/chat/completions"
_VERSION = re.compile(r"/v\d[\w.-]*\Z")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\Z")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_PORTS = {"https": 443, "http": 80}
_QWEN_HOSTS = ("aliyuncs.com", "qwen.ai", "qwencloudapi.com")


def base_url_of(text: str) -> str:
    """The base URL that `text` means, without a slash at its end.

    What ends in `/chat/completions` says the base exactly; else `/v1` is added where the path
    does not end in a version. Raises RequestError for an address that nothing may be sent to.
    """
    text = text.strip()
    parts = _safe_parts(text)
    path = parts.path.rstrip("/")
    if path.endswith(_CHAT):
        path = path.removesuffix(_CHAT)
    elif not _VERSION.search(path):
        path += "/v1"
    return _origin(parts) + path


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`; the port only where it is not the scheme's own.

    Raises RequestError as `base_url_of` does.
    """
    return _origin(_safe_parts(url.strip()))


def same_origin(one: str, other: str) -> bool:
    """Whether both lie at one origin (RFC 6454, section 5). An unsafe address has none."""
    try:
        return origin_of(one) == origin_of(other)
    except RequestError:
        return False


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address without port, is this machine and no other."""
    host = host.lower().removeprefix("[").removesuffix("]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether `url` leads to this machine."""
    try:
        return is_loopback(host_of(url))
    except RequestError:
        return False


def is_qwen_host(host: str) -> bool:
    """Whether `host` is Qwen's portal or one of Alibaba Cloud's model services."""
    return any(host == known or host.endswith("." + known) for known in _QWEN_HOSTS)


def host_of(url: str) -> str:
    """The host of `url`, lower case, without port and brackets. Raises RequestError."""
    return _host(_safe_parts(url.strip()))


def authority_of(url: str) -> str:
    """Host and port as a sentence names them: `127.0.0.1:11434`. Raises RequestError."""
    return origin_of(url).partition("://")[2]


def _safe_parts(url: str) -> SplitResult:
    # urlsplit drops tabs and line ends without a word, and browsers read a backslash as a slash.
    if not url or _FORBIDDEN.search(url):
        raise _refused("is empty or holds a character that no address has")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it raises for a port that is none)
    except ValueError:
        raise _refused("can't be read") from None
    if fault := _fault(parts, url):
        raise _refused(fault)
    host = _host(parts)
    if parts.scheme == "http" and not is_loopback(host):
        raise RequestError(
            f"Nothing is sent to {host} over plain http, where anyone on the way can read it; "
            "use https://."
        )
    return parts


def _fault(parts: SplitResult, url: str) -> str | None:
    if parts.scheme not in _PORTS:
        return "begins with neither https:// nor (for this machine) http://"
    if "@" in parts.netloc:
        return "must not hold a user name or a password"
    if "?" in url or "#" in url:
        return "must end with its path, without ? and #"
    return None


def _refused(fault: str) -> RequestError:
    """The address itself is not shown: it may hold a password."""
    return RequestError(f"The address of the service {fault}; write it as https://host/v1.")


def _origin(parts: SplitResult) -> str:
    host = _host(parts)
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is None or port == _PORTS[parts.scheme]:
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{port}"


def _host(parts: SplitResult) -> str:
    """The host in ASCII, so that a letter of another alphabet shows as another name."""
    host = (parts.hostname or "").lower()
    try:
        if ":" in host:
            return ipaddress.IPv6Address(host).compressed
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        raise _refused("names no host") from None
    if not _HOST.match(host):
        raise _refused("names no host")
    return host
