"""The window of each model: known, asked for, remembered; and what no service says."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.catalog.window import (
    Window,
    engine_in_list,
    window_in_list,
    window_in_props,
    window_in_ps,
    window_in_show,
)
from qwen_lsp.model.catalog.windows import OLLAMAS_LEAST, Windows
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http
from tests.model.wire import Call, wire


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    opened = Http()
    yield opened
    await opened.aclose()


class Engine:
    """Answers by path; what it doesn't know is not there."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {f"/{name.replace('_', '/')}": said for name, said in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, call: Call) -> None:
        path = call.head.split(" ")[1]
        self.asked.append(path)
        said = self.answers.get(path)
        await call.begin(404 if said is None else 200, "application/json")
        await call.send(json.dumps(said if said is not None else {"error": "no"}))
        await call.send_raw(b"0\r\n\r\n")


PS = {"models": [{"name": "m:latest", "model": "m:latest", "context_length": 8192}]}
NO_MODEL: dict[str, Any] = {"models": []}
SHOWN = {"parameters": 'stop "x"\nnum_ctx                        32768\ntemperature 1'}


@pytest.mark.parametrize(
    ("provider", "engine", "window"),
    [
        # Ollama: what is open, else what the model asks for, else what it opens at least.
        ("ollama", Engine(api_ps=PS, api_show=SHOWN), Window(8192, cuts=True)),
        ("ollama", Engine(api_ps=NO_MODEL, api_show=SHOWN), Window(32768, cuts=True)),
        (
            "ollama",
            Engine(api_ps=NO_MODEL, api_show={"parameters": "top_k 3"}),
            Window(OLLAMAS_LEAST, is_assumed=True, cuts=True),
        ),
        ("ollama", Engine(api_ps=NO_MODEL), None),
        ("ollama", Engine(), None),
        ("llamacpp", Engine(props={"default_generation_settings": {"n_ctx": 512}}), Window(512)),
        ("llamacpp", Engine(props={"default_generation_settings": None}), None),
        ("llamacpp", Engine(), None),
        (
            "lmstudio",
            Engine(api_v0_models={"data": [{"id": "m", "loaded_context_length": 4000,
                                            "max_context_length": 9000}]}),
            Window(4000),
        ),
        (
            "lmstudio",
            Engine(api_v0_models={"data": [{"id": "m", "max_context_length": 9000}]}),
            None,
        ),
        ("vllm", Engine(v1_models={"data": [{"id": "m", "max_model_len": 32768}]}), Window(32768)),
        ("vllm", Engine(v1_models={"data": [{"id": "n", "max_model_len": 32768}]}), None),
        ("openrouter", Engine(v1_models={"data": [{"id": "m", "context_length": 7}]}), Window(7)),
        # A custom service may be one of the engines, and its list says so.
        (
            "custom",
            Engine(
                v1_models={"data": [{"id": "m", "owned_by": "llamacpp", "meta": {}}]},
                props={"default_generation_settings": {"n_ctx": 1024}},
            ),
            Window(1024),
        ),
        (
            "custom",
            Engine(v1_models={"data": [{"id": "m", "owned_by": "library"}]}, api_ps=PS),
            Window(8192, cuts=True),
        ),
        ("custom", Engine(v1_models={"data": None}), None),
        ("custom", Engine(), None),
    ],
)  # fmt: skip
async def test_what_services_say(
    http: Http, provider: str, engine: Engine, window: Window | None
) -> None:
    async with wire(engine) as seen:
        access = Access(seen.base_url, None)
        windows = Windows(http)
        assert await windows.of(providers()[provider], access, "m") == window
        asked = len(engine.asked)
        assert await windows.of(providers()[provider], access, "m") == window
        is_remembered = len(engine.asked) == asked
        assert is_remembered != bool(window and window.is_assumed)


async def test_it_is_asked_again_after_a_minute(http: Http) -> None:
    times = iter((0.0, 59.0, 61.0, 61.0))
    async with wire(Engine(api_ps=PS)) as seen:
        windows = Windows(http, clock=lambda: next(times))
        access = Access(seen.base_url, None)
        for count in (1, 1, 2):
            await windows.of(providers()["ollama"], access, "m")
            assert len(seen.calls) == count


async def test_a_model_of_ollamas_is_loaded_to_learn_its_window(http: Http) -> None:
    engine = Engine(api_ps=NO_MODEL, api_show={}, api_generate={"done": True})

    async def loading(call: Call) -> None:
        if "/api/generate" in call.head:
            assert call.json == {"model": "m", "stream": False}
            engine.answers["/api/ps"] = PS
        await engine(call)

    async with wire(loading) as seen:
        access = Access(seen.base_url, None)
        windows, ollama = Windows(http), providers()["ollama"]
        assert await windows.of(ollama, access, "m") == Window(4096, is_assumed=True, cuts=True)
        assert await windows.opened(ollama, access, "m") == Window(8192, cuts=True)


@pytest.mark.parametrize(
    ("model", "window"),
    [
        # 5.5.
        ("qwen4-max", Window(991_808)),
        ("qwen4-flash", Window(991_808)),
        ("qwen3.8-max-0902", Window(991_808)),
        ("qwen3.8-flash", Window(991_808)),
        ("qwen3.7-max", Window(991_808)),
        ("qwen3.6-plus", Window(991_808)),
        ("qwen3.5-flash", Window(991_808)),
        ("qwen3-coder-plus", Window(997_952)),
        ("qwen3-coder-flash", Window(997_952)),
        ("qwen3-coder-next", Window(262_144)),
        ("qwen-plus", None),
    ],
)
async def test_dashscopes_are_known(http: Http, model: str, window: Window | None) -> None:
    access = Access("https://dashscope.aliyuncs.com/compatible-mode/v1", None)
    assert await Windows(http).of(providers()["dashscope-cn"], access, model) == window


async def test_who_does_not_answer_says_nothing(http: Http) -> None:
    access = Access("http://127.0.0.1:9/v1", None)
    for provider in ("ollama", "llamacpp", "lmstudio", "custom"):
        assert await Windows(http).of(providers()[provider], access, "m") is None


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"[" * 100_000, b'{"data": [1, null]}', b'{"models": {"m": 1}}',
     b'{"data": [{"id": "m", "max_model_len": true, "context_length": -4}]}',
     b'{"data": [{"id": ["m"], "owned_by": [], "max_model_len": 1}]}',
     b'{"default_generation_settings": {"n_ctx": "9"}, "parameters": 3}', b"\xff"],
)  # fmt: skip
def test_what_is_no_answer(body: bytes) -> None:
    assert window_in_list(body, "m") is None
    assert window_in_ps(body, "m") is None
    assert window_in_props(body) is None
    assert engine_in_list(body) is None
    assert window_in_show(body) is None
