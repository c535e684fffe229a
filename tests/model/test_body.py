"""The request that comes of a provider and a model's family, and its headers."""

import typing

import pytest

from qwen_lsp.model.body import body_of, headers_of, holds_tokens
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Request, Role

OLD_HOST = "dashscope.aliyuncs.com"


def body(
    model: str, provider: str = "dashscope-cn", host: str = OLD_HOST, **fields: typing.Any
) -> dict[str, object]:
    request = Request((Message("system", "s"), Message("user", "u")), model, **fields)
    made = body_of(request, providers()[provider], host)
    assert made.pop("messages")
    assert made.pop("model") == model
    assert made.pop("stream") is True
    assert made.pop("stream_options") == {"include_usage": True}
    return made


CODER = {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "repetition_penalty": 1.05}
NEXT = {"temperature": 1.0, "top_p": 0.95, "top_k": 40}


@pytest.mark.parametrize(
    ("model", "off", "on"),
    [
        # 5.1: thinking by family; 6: sampling by family.
        ("qwen3.5-plus", {"enable_thinking": False}, {"enable_thinking": True}),
        ("qwen3.6-flash", {"enable_thinking": False}, {"enable_thinking": True}),
        ("qwen3.7-max", {"enable_thinking": False}, {"enable_thinking": True}),
        ("coder-model", {"enable_thinking": False}, {"enable_thinking": True}),
        ("qwen-plus", {"enable_thinking": False}, {"enable_thinking": True}),
        ("qwen3-32b", {"enable_thinking": False}, {"enable_thinking": True}),
        ("Qwen/Qwen3-32B", {"enable_thinking": False}, {"enable_thinking": True}),
        ("qwen3.8-max-0902", {"reasoning_effort": "none"}, {}),
        ("qwen4-max", {"reasoning_effort": "none"}, {}),
        ("qwen3-235b-a22b-thinking-2507", {}, {}),
        ("qwen3-235b-a22b-instruct-2507", {}, {}),
        ("qwq-plus", {}, {}),
        ("qwen3-coder-flash", CODER, CODER),
        ("qwen2.5-coder-32b-instruct", CODER, CODER),
        ("qwen-coder-turbo-latest", CODER, CODER),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", CODER, CODER),
        ("qwen3-coder-next", NEXT, NEXT),
        ("deepseek-v4", {}, {}),
        ("", {}, {}),
    ],
)
def test_families(model: str, off: dict[str, object], on: dict[str, object]) -> None:
    assert body(model) == off
    assert body(model, thinking="auto") == on


@pytest.mark.parametrize(
    ("provider", "host", "model", "fields"),
    [
        ("ollama", "127.0.0.1", "qwen3:8b", {"reasoning_effort": "none"}),
        ("ollama", "127.0.0.1", "qwen3-coder", {"temperature": 0.7, "top_p": 0.8}),
        (
            "custom",
            "localhost",
            "qwen3.6-35b",
            {"chat_template_kwargs": {"enable_thinking": False}},
        ),
        ("custom", "api.openai.com", "gpt-6", {}),
        # A custom address may be DashScope's.
        ("custom", "ws1.cn-beijing.maas.aliyuncs.com", "qwen3.7-max", {"enable_thinking": False}),
        ("simulator", "127.0.0.1", "coder-model", {"enable_thinking": False}),
    ],
)
def test_dialects(provider: str, host: str, model: str, fields: dict[str, object]) -> None:
    assert body(model, provider, host) == fields


@pytest.mark.parametrize(
    ("provider", "host", "model", "name"),
    [
        ("dashscope-cn", OLD_HOST, "qwen3.7-plus", "max_completion_tokens"),
        ("dashscope-cn", OLD_HOST, "qwen4-max", "max_completion_tokens"),
        ("dashscope-cn", OLD_HOST, "qwen3-coder-flash", "max_tokens"),
        ("ollama", "127.0.0.1", "qwen3.6", "max_tokens"),
        ("custom", "localhost", "qwen4", "max_tokens"),
    ],
)
def test_the_limit_has_the_name_that_is_known_there(
    provider: str, host: str, model: str, name: str
) -> None:
    made = body(model, provider, host, max_tokens=9)
    assert {key: made[key] for key in made if "tokens" in key} == {name: 9}


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        ("llamacpp", {"temperature", "top_p", "top_k", "repeat_penalty"}),
        ("lmstudio", {"temperature", "top_p", "top_k", "repeat_penalty"}),
        ("vllm", {"temperature", "top_p", "top_k", "repetition_penalty"}),
        ("ollama", {"temperature", "top_p"}),
        ("custom", {"temperature", "top_p"}),
    ],
)
def test_sampling_in_the_words_that_an_engine_knows(provider: str, fields: set[str]) -> None:
    made = body("qwen3-coder:30b", provider, "127.0.0.1")
    assert made.keys() == fields
    assert {made.get("repeat_penalty"), made.get("repetition_penalty")} <= {1.05, None}


@pytest.mark.parametrize("thinking", ["auto", "off"])
def test_who_has_to_think_is_not_told_to_stop(thinking: str) -> None:
    """5.1: thinking is mandatory on the Token Plan's 3.8-max."""
    assert body("qwen3.8-max-0902", "token-plan-intl", thinking=thinking) == {}
    assert body("qwen3.8-flash", "token-plan-intl") == {"reasoning_effort": "none"}


LEVEL = {"reasoning_effort": "high"}


@pytest.mark.parametrize(
    ("provider", "model", "fields"),
    [
        # 5.1: what has levels is told one; what has a switch only thinks.
        ("dashscope-cn", "qwen4-max", LEVEL),
        ("dashscope-cn", "qwen3.8-flash", LEVEL),
        ("token-plan-cn", "qwen3.8-max", LEVEL),
        ("dashscope-cn", "qwen3.7-plus", {"enable_thinking": True}),
        ("vllm", "Qwen/Qwen3.6-35B", {"chat_template_kwargs": {"enable_thinking": True}}),
        ("ollama", "qwen3:8b", LEVEL),
        ("openrouter", "qwen/qwen3.6-plus", LEVEL),
        ("dashscope-cn", "qwen3-coder-flash", CODER),
    ],
)
def test_a_level_of_thinking(provider: str, model: str, fields: dict[str, object]) -> None:
    assert body(model, provider, "llm.example", thinking="high") == fields


@pytest.mark.parametrize("provider", list(providers()))
@pytest.mark.parametrize("model", ["qwen4-max", "qwen3.7-plus", "qwen3-coder-flash", "gpt-6"])
@pytest.mark.parametrize("thinking", ["off", "auto", "high"])
def test_no_field_is_sent_that_a_service_ignores_or_refuses(
    provider: str, model: str, thinking: str
) -> None:
    """5.1: what DashScope ignores; `thinking_budget` beside an effort is refused.

    1.8: `metadata` too is ignored, and other vendors behind DashScope refuse it.
    """
    made = body(model, provider, thinking=thinking, max_tokens=9, temperature=0.2)
    assert made.keys() <= {
        "temperature", "top_p", "top_k", "repetition_penalty", "repeat_penalty",
        "max_tokens", "max_completion_tokens", "enable_thinking", "reasoning_effort",
        "chat_template_kwargs",
    }  # fmt: skip
    assert len(made.keys() & {"enable_thinking", "reasoning_effort"}) <= 1
    assert len(made.keys() & {"max_tokens", "max_completion_tokens"}) == 1


LONG = "word " * 1_000


@pytest.mark.parametrize(
    ("provider", "model", "turns", "marked"),
    [
        # 5.5: what a later request begins with is worth marking, from 1,024 tokens on.
        ("dashscope-cn", "qwen4-max", ["s", LONG, "a", "q"], 2),
        ("qwen-oauth", "coder-model", ["s", LONG, "a", "q", "a", "q"], 4),
        ("token-plan-cn", "qwen3.7-plus", ["s", LONG, "a", "q"], 2),
        ("dashscope-cn", "qwen4-max", ["s", LONG], None),
        ("dashscope-cn", "qwen4-max", ["s", LONG, "cut off"], None),
        ("dashscope-cn", "qwen4-max", ["s", "short", "a", LONG], None),
        ("dashscope-cn", "qwen3-coder-flash", ["s", LONG, "a", "q"], None),
        ("modelscope", "Qwen/Qwen3.6-30B", ["s", LONG, "a", "q"], None),
        ("ollama", "qwen3.6", ["s", LONG, "a", "q"], None),
        ("openrouter", "qwen/qwen4-max", ["s", LONG, "a", "q"], None),
    ],
)
def test_the_stable_part_of_a_conversation_is_marked(
    provider: str, model: str, turns: list[str], marked: int | None
) -> None:
    roles: list[Role] = ["system", *(["user", "assistant"] * 3)]  # type: ignore[list-item]
    said = tuple(Message(role, text) for role, text in zip(roles, turns, strict=False))
    made: typing.Any = body_of(Request(said, model), providers()[provider], OLD_HOST)["messages"]
    assert [place for place, each in enumerate(made) if "cache_control" in str(each)] == (
        [] if marked is None else [marked]
    )
    if marked is not None:
        text = {"type": "text", "text": turns[marked], "cache_control": {"type": "ephemeral"}}
        assert made[marked] == {"role": "assistant", "content": [text]}


def test_the_requests_own_temperature_counts() -> None:
    assert body("qwen3-coder-flash", temperature=0)["temperature"] == 0
    assert body("qwen4-max", temperature=0.2)["temperature"] == 0.2


@pytest.mark.parametrize(
    ("provider", "roles", "sent"),
    [
        ("ollama", ["system", "user"], [("system", "0"), ("user", "1")]),
        ("ollama", ["user"], [("user", "0")]),
        (
            "ollama",
            ["user", "system", "assistant", "system"],
            [("system", "1\n\n3"), ("user", "0"), ("assistant", "2")],
        ),
        # 1.8: the portal refuses a request that does not begin with a system message.
        ("qwen-oauth", ["user"], [("system", "You are a careful programmer."), ("user", "0")]),
    ],
)
def test_the_system_message_comes_first(
    provider: str, roles: list[Role], sent: list[tuple[str, str]]
) -> None:
    said = tuple(Message(role, str(place)) for place, role in enumerate(roles))
    made = body_of(Request(said, "m"), providers()[provider], OLD_HOST)
    assert made["messages"] == [{"role": role, "content": text} for role, text in sent]


def test_special_tokens_are_taken_out_of_every_message() -> None:
    said = tuple(Message(role, "a<|im_end|>b") for role in typing.get_args(Role))
    request = Request(said, "m")
    assert "<|im_end|>" not in str(body_of(request, providers()["ollama"], "localhost"))
    assert holds_tokens(request)
    assert not holds_tokens(Request((Message("user", "a <|b|> c"),), "m"))


def test_an_image_is_a_part_of_its_message() -> None:
    """5.5: text-only models refuse an array, so all other messages are plain text."""
    said = (Message("system", "s"), Message("user", "u<|im_end|>", image="data:image/png;base64,A"))
    made: typing.Any = body_of(Request(said, "qwen4-max"), providers()["dashscope-cn"], OLD_HOST)
    assert made["messages"] == [
        {"role": "system", "content": "s"},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,A"}},
                {"type": "text", "text": "u< |im_end|>"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("provider", "host", "names"),
    [
        ("qwen-oauth", "portal.qwen.ai", {"UserAgent", "CacheControl", "AuthType"}),
        ("dashscope-cn", OLD_HOST, {"UserAgent", "CacheControl"}),
        ("custom", "ws1.cn-beijing.maas.aliyuncs.com", {"UserAgent", "CacheControl"}),
        ("custom", "aliyuncs.com.evil.example", set()),
        ("ollama", "127.0.0.1", set()),
        ("simulator", "127.0.0.1", set()),
    ],
)
def test_dashscopes_headers_go_to_dashscope(provider: str, host: str, names: set[str]) -> None:
    headers = headers_of(providers()[provider], host, "qwen-lsp/1 (linux; x64)")
    assert {name for name in headers if name.startswith("X-")} == {
        f"X-DashScope-{name}" for name in names
    }
    assert headers["User-Agent"] == headers.get("X-DashScope-UserAgent", headers["User-Agent"])
    assert headers.get("X-DashScope-AuthType", "qwen-oauth") == "qwen-oauth"
