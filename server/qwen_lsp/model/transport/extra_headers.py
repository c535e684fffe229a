"""Headers of a user's own, which go along with requests to one origin and to no other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from qwen_lsp.model.address import same_origin

if TYPE_CHECKING:
    import httpx

MOST = 32
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[!-~]([ -~]{0,8000}[!-~])?")
_KEYS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
# Who the request is for, how its body is written, and what is said of that already.
_OURS = re.compile(
    r"host|connection|keep-alive|upgrade|te|trailer|transfer-encoding|expect|user-agent|accept"
    r"|accept-encoding|content-.*|proxy-.*|sec-.*|x-request-id|x-dashscope-(useragent|authtype)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Along:
    """Headers for requests to the origin of `home`. Their values may be secrets."""

    home: str
    headers: tuple[tuple[str, SecretStr], ...]

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """What must not be shown of them."""
        return tuple(value for _, value in self.headers)

    def put_on(self, request: "httpx.Request") -> None:
        """Puts them on `request`, if it goes to that origin."""
        if same_origin(f"{request.url.scheme}://{request.url.netloc.decode('ascii')}", self.home):
            for name, value in self.headers:
                request.headers[name] = value.get_secret_value()


def headers_fault(headers: Mapping[str, SecretStr]) -> str | None:
    """What is wrong with such headers, in words that show no value; None where nothing is."""
    if len(headers) > MOST:
        return f"should be at most {MOST} headers"
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            return "holds a name that no header has"
        if name.lower() in _KEYS:
            return f"should not hold {name}: keep a key with qwen-lsp login --api-key"
        if _OURS.fullmatch(name):
            return f"should not hold {name}, which is not for settings to say"
        if not _VALUE.fullmatch(value.get_secret_value()):
            return f"holds a value for {name} that no header has"
    return None
