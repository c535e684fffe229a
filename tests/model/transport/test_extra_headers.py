"""Headers of a user's own go to one origin, and never where a key's or our own would be."""

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.model.transport.extra_headers import MOST, Along, headers_fault
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network

ALONG = Along("https://gateway.example/v1", (("X-Team", SecretStr("s3cret team")),))


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://gateway.example/v1/chat/completions", True),
        ("https://GATEWAY.example:443/elsewhere?a=b", True),
        ("https://gateway.example:8443/v1", False),
        ("https://gateway.example.evil.example/v1", False),
        ("https://evil.example/gateway.example", False),
        ("http://gateway.example/v1", False),
        ("http://127.0.0.1:8000/v1", False),
    ],
)
async def test_they_go_to_one_origin(url: str, goes: bool) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"location": "https://gateway.example/v1"})

    http = Http(transport=httpx.MockTransport(answer))
    http.use(Network(along=ALONG))
    await http.client().get(url, headers={"Authorization": "Bearer mine"})
    http.use(Network())
    await http.client().get(url)
    await http.aclose()
    first, second = seen
    assert first.headers.get("x-team") == ("s3cret team" if goes else None)
    assert first.headers["authorization"] == "Bearer mine"
    assert "x-team" not in second.headers


def test_they_are_shown_nowhere() -> None:
    http = Http()
    http.use(Network(along=ALONG))
    assert "s3cret" not in repr(http.network)
    assert [each.get_secret_value() for each in http.secrets] == ["s3cret team"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Authorization", "Bearer other", "keep a key with qwen-lsp login"),
        ("proxy-authorization", "Basic other", "keep a key with qwen-lsp login"),
        ("Cookie", "a=b", "keep a key with qwen-lsp login"),
        ("Host", "evil.example", "should not hold Host"),
        ("Content-Length", "3", "should not hold Content-Length"),
        ("transfer-encoding", "chunked", "should not hold transfer-encoding"),
        ("User-Agent", "curl", "should not hold User-Agent"),
        ("X Team", "a", "holds a name that no header has"),
        ("X-Team:", "a", "holds a name that no header has"),
        ("", "a", "holds a name that no header has"),
        ("X-Team", "s3cret\r\nHost: evil.example", "holds a value for X-Team"),
        ("X-Team", "s3crét", "holds a value for X-Team"),
        ("X-Team", " s3cret", "holds a value for X-Team"),
        ("X-Team", "", "holds a value for X-Team"),
    ],
)
def test_what_is_refused(name: str, value: str, fault: str) -> None:
    said = headers_fault({name: SecretStr(value)}) or ""
    assert fault in said
    assert "s3c" not in said


def test_what_is_taken() -> None:
    taken = {name: SecretStr("v 1") for name in ("api-key", "X-Team", "HTTP-Referer", "x_y")}
    assert headers_fault(taken) is None
    assert headers_fault({}) is None
    assert headers_fault({f"x-{n}": SecretStr("v") for n in range(MOST + 1)})
