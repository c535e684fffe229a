"""A token, when it is stale, where it may be sent, and how Qwen Code writes it down."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from qwen_lsp.errors import AccountError

from .fields import seconds, visible
from .issuer import Issuer

PORTAL = "https://portal.qwen.ai/v1"

# A token that is about to expire is renewed before it is used.
_SKEW_MS = 30_000

# RFC 6749, section 5.1 lets a server leave the lifetime out; to renew too early does no harm.
_LIFETIME = 3600.0

_OWN_KEYS = (
    "access_token",
    "refresh_token",
    "token_type",
    "resource_url",
    "expiry_date",
    "id_token",
)

_RESOURCE = re.compile(
    r"(?:https://)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::443)?(?P<path>(?:/[\w.~-]+)*)/?",
    re.ASCII | re.IGNORECASE,
)
_PARENT_DOMAINS = (".qwen.ai", ".maas.aliyuncs.com")
_HOSTS = frozenset(
    {
        "dashscope.aliyuncs.com",
        "dashscope-intl.aliyuncs.com",
        "dashscope-us.aliyuncs.com",
        "cn-hongkong.dashscope.aliyuncs.com",
        "coding.dashscope.aliyuncs.com",
        "coding-intl.dashscope.aliyuncs.com",
    }
)


@dataclass(frozen=True)
class Token:
    """What signs requests, and what renews it; `expiry_date` is in milliseconds since the epoch."""

    access_token: SecretStr
    refresh_token: SecretStr | None
    expiry_date: int
    token_type: str = "Bearer"  # noqa: S105  (a kind of token, no secret)
    resource_url: str | None = None
    id_token: SecretStr | None = None

    def is_stale(self, now: float) -> bool:
        """Whether it has expired, or will within 30 s; `now` is in seconds since the epoch."""
        return now * 1000 >= self.expiry_date - _SKEW_MS

    def is_expired(self, now: float) -> bool:
        """Whether it is of no use at all by `now`."""
        return now * 1000 >= self.expiry_date

    def renewed_by(self, newer: "Token") -> "Token":
        """`newer`, and of this one what the server left out because it did not change."""
        return replace(
            newer,
            refresh_token=newer.refresh_token or self.refresh_token,
            resource_url=newer.resource_url or self.resource_url,
            id_token=newer.id_token or self.id_token,
        )


def granted(body: Mapping[str, object], *, issuer: Issuer, now: float) -> Token:
    """The token in a token response (RFC 6749, section 5.1), come at `now`. Raises AccountError."""
    access = visible(body.get("access_token"))
    kind = body.get("token_type") or "Bearer"
    if access is None:
        raise AccountError(
            f"{issuer.host} answered the sign-in without a token that can be used; sign in again."
        )
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise AccountError(
            f"{issuer.host} gives tokens that this program can't use, because they are no bearer "
            "tokens (RFC 6750); use another qwen.provider, with a key."
        )
    lifetime = min(seconds(body.get("expires_in")) or _LIFETIME, 1e9)
    return Token(
        access_token=SecretStr(access),
        refresh_token=_secret(body.get("refresh_token")),
        expiry_date=round((now + lifetime) * 1000),
        resource_url=visible(body.get("resource_url")),
        id_token=_secret(body.get("id_token")),
    )


def from_file(text: bytes) -> Token | None:
    """The token in the file's text; None where it holds none that Qwen Code would accept."""
    body = file_object(text)
    access = visible(body.get("access_token"))
    refresh, kind, expiry = (body.get(k) for k in ("refresh_token", "token_type", "expiry_date"))
    if access is None or not isinstance(refresh, str) or not isinstance(kind, str):
        return None
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not abs(expiry) < 1e18:
        return None
    return Token(
        access_token=SecretStr(access),
        refresh_token=_secret(refresh),
        expiry_date=math.floor(expiry),
        token_type=kind,
        resource_url=visible(body.get("resource_url")),
        id_token=_secret(body.get("id_token")),
    )


def to_file(token: Token, before: bytes | None) -> bytes:
    """The file's text for `token`. Keys of `before` that are not a token's are kept."""
    unknown = {
        key: value for key, value in file_object(before or b"").items() if key not in _OWN_KEYS
    }
    fields = {
        "access_token": token.access_token.get_secret_value(),
        "refresh_token": token.refresh_token.get_secret_value() if token.refresh_token else "",
        "token_type": token.token_type,
        "resource_url": token.resource_url,
        "expiry_date": token.expiry_date,
        "id_token": token.id_token.get_secret_value() if token.id_token else None,
    }
    known = {key: value for key, value in fields.items() if value is not None}
    return json.dumps(known | unknown, indent=2).encode("ascii")


def file_object(text: bytes) -> Mapping[str, object]:
    """The JSON object in the file's text; an empty one where there is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def base_url_of_resource(resource_url: str | None) -> str:
    """Where Qwen's token may be sent: `resource_url` if its host is allowed, else the portal."""
    match = _RESOURCE.fullmatch(resource_url or "")
    if match is None:
        return PORTAL
    host, path = match["host"].lower(), match["path"]
    if host not in _HOSTS and not host.endswith(_PARENT_DOMAINS):
        return PORTAL
    return f"https://{host}{path}" + ("" if path.endswith("/v1") else "/v1")


def _secret(value: object) -> SecretStr | None:
    text = visible(value)
    return None if text is None else SecretStr(text)
