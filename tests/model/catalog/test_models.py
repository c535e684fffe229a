"""The list of a service's models: its many forms, and what is said where there is none."""

import dataclasses
import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qwen_lsp.errors import CredentialRefused
from qwen_lsp.model.catalog.engines import Engine, local_engines, running_engines
from qwen_lsp.model.catalog.model_list import names_of
from qwen_lsp.model.catalog.models import ModelLists, Models
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http
from tests.model.wire import Call, wire

KEY = "sk-0123456789abcdef"
INTL = providers()["dashscope-intl"]
ACCESS = Access("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", SecretStr(KEY))

DASHSCOPE = {"object": "list", "data": [
    {"id": "text-embedding-v4"}, {"id": "qwen4-max"}, {"id": "qwen-image-plus"},
    {"id": "wan2.5-i2v"},
    {"id": "qwen3-tts-flash"}, {"id": "qwen3-coder-flash"}, {"id": "qwen3-rerank"},
    {"id": "qwen3-vl-plus"}, {"id": "qwen-mt-plus"}, {"id": "qwen3-asr-flash"},
]}  # fmt: skip
LLAMA = {
    "models": [{"name": "m.gguf", "model": "m.gguf", "capabilities": ["completion"]}],
    "object": "list",
    "data": [{"id": "m.gguf", "object": "model", "owned_by": "llamacpp", "meta": {"n_vocab": 9}}],
}
OPENROUTER = {"data": [
    {"id": "a/paint", "architecture": {"output_modalities": ["image"]}},
    {"id": "a/embed-and-talk", "architecture": {"output_modalities": ["text"]}},
]}  # fmt: skip
LM_STUDIO = {"data": [{"id": "nomic", "type": "embeddings"}, {"id": "qwen3", "type": "llm"}]}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (DASHSCOPE, ("qwen4-max qwen3-coder-flash qwen3-vl-plus text-embedding-v4 qwen-image-plus "
         "wan2.5-i2v qwen3-tts-flash qwen3-rerank qwen-mt-plus qwen3-asr-flash")),
        (LLAMA, "m.gguf"),
        (OPENROUTER, "a/embed-and-talk a/paint"),
        (LM_STUDIO, "qwen3 nomic"),
        # Ollama's two, and its first without any model.
        ({"object": "list", "data": [{"id": "qwen3-coder:latest"}]}, "qwen3-coder:latest"),
        ({"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "size": 9}]}, "qwen3:8b"),
        ({"object": "list", "data": None}, ""),
        ({"data": []}, ""),
        # vLLM, and who answers with names alone.
        ({"data": [{"id": "Qwen/Qwen3-32B", "max_model_len": 9, "permission": [{}]}]},
         "Qwen/Qwen3-32B"),
        (["a", "b", "a"], "a b"),
        # Rows of no use.
        ({"data": [None, 3, {}, {"id": ""}, {"id": 4}, {"id": "x" * 999}]}, ""),
        ({"data": [{"id": "a\nb"}, {"id": " c "}]}, "c"),
    ],
)  # fmt: skip
def test_forms(value: object, names: str) -> None:
    assert names_of(json.dumps(value).encode()) == tuple(names.split())


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"error": "x"}', b'"qwen"', b"3", b"\xff", b"[" * 99999]
)
def test_what_is_no_list(body: bytes) -> None:
    assert names_of(body) is None


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["data", "models", "id", "name", "type", "architecture"]), inner
    ),
))  # fmt: skip
def test_any_json_is_read_or_not(value: object) -> None:
    names = names_of(json.dumps(value).encode())
    assert names is None or all(isinstance(name, str) for name in names)


def test_a_list_without_end_is_cut() -> None:
    rows = [{"id": f"m{number}"} for number in range(9999)]
    assert len(names_of(json.dumps({"data": rows}).encode()) or ()) == 2000


class Service:
    """Answers always alike, and counts."""

    def __init__(self, status: int = 200, body: Any = DASHSCOPE, **headers: str) -> None:
        self.requests: list[httpx.Request] = []
        self._status, self._headers = status, headers
        self._body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.http = Http(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._status, content=self._body, headers=self._headers)


async def test_it_is_remembered_for_ten_minutes() -> None:
    now = 1000.0
    service = Service()
    lists = ModelLists(service.http, clock=lambda: now)
    for _ in range(3):
        assert (await lists.of(INTL, ACCESS)).names[0] == "qwen4-max"
    (asked,) = service.requests
    assert (asked.method, str(asked.url)) == ("GET", ACCESS.base_url + "/models")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    # Another key may have other models.
    await lists.of(INTL, Access(ACCESS.base_url, SecretStr("sk-other")))
    await lists.of(INTL, Access("https://other.example/v1", None))
    assert "authorization" not in service.requests[2].headers
    now += 601
    await lists.of(INTL, Access("https://other.example/v1", None))
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("status", "body", "headers", "fault"),
    [
        (401, {"error": {"code": "invalid_api_key", "message": f"no {KEY}"}}, {}, "did not accept"),
        (403, {"code": "AccessDenied", "message": ""}, {}, "does not allow this account"),
        (404, b"", {}, "dashscope-intl.aliyuncs.com has no list of models; type the model's name."),
        (405, {"error": "Coding Agents only"}, {}, "has no list of models"),
        (200, {"choices": []}, {}, "has no list of models"),
        (200, b"<html>", {"content-type": "text/html"}, "A web page, as firewalls send it"),
        (302, b"", {"location": "https://elsewhere.example/"}, "elsewhere.example"),
        (429, b"", {}, "too many requests"),
        (500, b"", {}, "in trouble itself"),
        (200, {"data": []}, {}, "lists no model; load one there, or type the model's name."),
    ],
)
async def test_refusals(status: int, body: Any, headers: dict[str, str], fault: str) -> None:
    service = Service(status, body, **headers)
    lists = ModelLists(service.http)
    for _ in range(2):
        models = await lists.of(INTL, ACCESS)
        assert models.names == ()
        assert fault in models.fault
        assert models.fault.endswith(".")
        assert KEY not in models.fault
    assert len(service.requests) == 2, "a refusal is not remembered"


async def test_ollama_without_a_model() -> None:
    service = Service(body={"object": "list", "data": None})
    models = await ModelLists(service.http).of(
        providers()["ollama"], Access("http://127.0.0.1:11434/v1", None)
    )
    assert models == Models(fault="Ollama has no model yet; get one with: ollama pull qwen3-coder.")


async def test_a_service_that_has_none_is_not_asked() -> None:
    service = Service()
    plan = providers()["coding-plan-intl"]
    models = await ModelLists(service.http).of(plan, ACCESS)
    assert models.fault == (
        "Coding Plan (international) has no list of models; type the model's name."
    )
    assert not service.requests


class Payer:
    """Has the first of its keys, and after a refusal the next one."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)

    async def access(self) -> Access:
        return Access(ACCESS.base_url, SecretStr(self.keys[0]))

    async def renewed(self, refused: Access) -> Access:
        self.keys.pop(0)
        if not self.keys:
            raise CredentialRefused("It was refused; set the right one.")
        return await self.access()


@pytest.mark.parametrize(
    ("keys", "models"),
    [
        (("sk-new",), Models(("a",))),
        (("sk-old", "sk-new"), Models(("a",))),
        (("sk-old",), Models(fault="It was refused; set the right one.")),
    ],
)
async def test_a_refused_credential_is_renewed_once(keys: tuple[str, ...], models: Models) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_new = request.headers["Authorization"] == "Bearer sk-new"
        return httpx.Response(200 if is_new else 401, json={"data": [{"id": "a"}]})

    lists = ModelLists(Http(transport=httpx.MockTransport(answer)))
    assert await lists.paid_by(Payer(*keys), INTL) == models


async def test_what_is_refused_again_is_told() -> None:
    http = Http(transport=httpx.MockTransport(lambda _: httpx.Response(401)))
    models = await ModelLists(http).paid_by(Payer("sk-old", "sk-old-too", "sk-older"), INTL)
    assert models.is_refused
    assert "did not accept the sign-in or the key" in models.fault


async def test_a_key_that_can_not_be_sent() -> None:
    service = Service()
    models = await ModelLists(service.http).of(INTL, Access(ACCESS.base_url, SecretStr("a b")))
    assert "copy it again" in models.fault
    assert not service.requests


async def test_a_service_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qwen_lsp.model.catalog.models._SECONDS", 1)

    async def drip(call: Call) -> None:
        await call.begin(kind="application/json")
        await call.send('{"data": [')
        await call.gone()

    http = Http()
    async with wire(drip) as service:
        models = await ModelLists(http).of(INTL, Access(service.base_url, None))
    await http.aclose()
    place = service.base_url.removeprefix("http://").removesuffix("/v1")
    assert models.fault == f"{place} did not list its models in time; type the model's name."


async def test_a_list_that_is_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qwen_lsp.model.catalog.models._LARGEST", 100)
    models = await ModelLists(Service().http).of(INTL, ACCESS)
    assert "has no list of models" in models.fault


def test_where_engines_are_looked_for() -> None:
    assert {place.id: (place.base_url or "")[-9:] for place in local_engines()} == {
        "ollama": ":11434/v1", "llamacpp": "1:8080/v1", "lmstudio": "1:1234/v1",
        "vllm": "1:8000/v1",
    }  # fmt: skip


async def test_engines_that_run() -> None:
    async def models(call: Call) -> None:
        assert call.head.startswith("GET /v1/models ")
        await call.begin(kind="application/json")
        await call.send(json.dumps(LLAMA))
        await call.send_raw(b"0\r\n\r\n")

    async def loading(call: Call) -> None:
        await call.begin(status=503, kind="application/json")
        await call.send('{"error": {"message": "Loading model", "code": 503}}')
        await call.send_raw(b"0\r\n\r\n")

    async def page(call: Call) -> None:
        await call.begin(kind="text/html")
        await call.send("<html>a site that someone works on</html>")
        await call.send_raw(b"0\r\n\r\n")

    async def silent(call: Call) -> None:
        await call.gone()

    http = Http()
    async with wire(models) as a, wire(loading) as b, wire(page) as c, wire(silent) as d:
        rows = [
            dataclasses.replace(providers()[name], base_url=service.base_url)
            for name, service in (("llamacpp", a), ("ollama", b), ("vllm", c), ("lmstudio", d))
        ]
        begun = time.monotonic()
        found = await running_engines(http, rows)
        took = time.monotonic() - begun
    assert found == (Engine(rows[0], ("m.gguf",)), Engine(rows[1], (), is_loading=True))
    assert took < 2
    gone = await running_engines(http, rows)
    await http.aclose()
    assert gone == ()
