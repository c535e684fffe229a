"""An authorization server of a few lines, and a clock that goes on when somebody sleeps."""

import asyncio
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import httpx

from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http

Scripted = httpx.Response | Exception | Callable[[dict[str, str]], httpx.Response]

SECRETS = (
    "the-device-code-7Qx",
    "access-token-1-7Qx",
    "access-token-2-7Qx",
    "refresh-token-1-7Qx",
    "refresh-token-2-7Qx",
    "sk-the-key-7Qx",
)
DEVICE, ACCESS_1, ACCESS_2, REFRESH_1, REFRESH_2, KEY = SECRETS


class Clock:
    """Time in seconds since the epoch, which passes only by `sleep`."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class AuthorizationServer:
    """Answers each endpoint from its own list; the last answer is given for ever."""

    def __init__(
        self,
        *,
        device: Iterable[Scripted] = (),
        token: Iterable[Scripted] = (),
        description: Iterable[Scripted] = (),
    ) -> None:
        self._scripts = {"code": list(device), "token": list(token), "/": list(description)}
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.headers: list[httpx.Headers] = []
        self._http = Http(transport=httpx.MockTransport(self._answer))

    def client(self) -> httpx.AsyncClient:
        return self._http.client()

    def count(self, grant: str) -> int:
        return sum(form.get("grant_type") == grant for _, form in self.forms)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        self.forms.append((str(request.url), form))
        self.headers.append(request.headers)
        await asyncio.sleep(0)
        is_described = request.url.path.startswith("/.well-known/")
        script = self._scripts["/" if is_described else request.url.path.rpartition("/")[2]]
        scripted = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(scripted, Exception):
            raise scripted
        if isinstance(scripted, httpx.Response):
            # A response can be read once only, and this one may be given again.
            return httpx.Response(
                scripted.status_code, headers=scripted.headers, content=scripted.content
            )
        return scripted(form)


def answer(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, json=body)


def page(status: int) -> httpx.Response:
    return httpx.Response(status, html=f"<html>aliyun_waf_aa {REFRESH_1} {DEVICE}</html>")


def code(**changes: object) -> httpx.Response:
    fields: dict[str, object] = {
        "device_code": DEVICE,
        "user_code": "ABCD1234",
        "verification_uri": "https://chat.qwen.ai/authorize",
        "verification_uri_complete": "https://chat.qwen.ai/authorize?user_code=ABCD1234&client=qwen-code",
        "expires_in": 898,
    }
    return answer(200, fields | changes)


def token(
    access: str = ACCESS_1, refresh: str | None = REFRESH_1, **more: object
) -> httpx.Response:
    fields: dict[str, object] = {
        "status": "success",
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "expires_in": 21600,
        "scope": "openid profile email model.completion",
        "resource_url": "portal.qwen.ai",
    }
    return answer(200, {k: v for k, v in (fields | more).items() if v is not None})


def error(status: int, name: str) -> httpx.Response:
    return answer(status, {"error": name, "error_description": f"{REFRESH_1} {DEVICE}"})


PENDING = error(400, "authorization_pending")


def used(access: Access) -> tuple[str, str]:
    assert access.key is not None
    return access.base_url, access.key.get_secret_value()
