"""The settings.json of Qwen Code, good and bad."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.account.keys.places import OPENAI, Choice, KeyPlace, Known, Service
from qwen_lsp.account.keys.qwen_code_settings import Wanted, read_settings, wanted

GATEWAY = "https://gateway.example/v1"
WHOLE: dict[str, Any] = {
    "$version": 4,
    "security": {"auth": {"selectedType": "openai"}},
    "model": {"name": "qwen3-coder"},
    "modelProviders": {
        "openai": [
            {"id": "other", "baseUrl": "https://other.example/v1", "envKey": "OTHER_KEY"},
            {"id": "qwen3-coder", "name": "Ours", "baseUrl": GATEWAY, "envKey": "OUR_KEY"},
        ]
    },
    "env": {"OUR_KEY": "sk-1", "WRONG": 3},
    "proxy": "http://proxy.example:3128",
}


def read(settings: object, *, is_users: bool = True, **environ: str) -> tuple[KeyPlace, Choice]:
    return read_settings(json.dumps(settings).encode(), "/s.json", environ, is_users=is_users)


def test_all_of_it() -> None:
    place, choice = read(WHOLE)
    assert place == KeyPlace(
        "/s.json",
        {"OUR_KEY": "sk-1"},
        (
            Service("https://other.example/v1", "OTHER_KEY", "other"),
            Service(GATEWAY, "OUR_KEY", "qwen3-coder"),
        ),
        form="settings",
    )
    assert choice == Choice("openai", "qwen3-coder", GATEWAY, "http://proxy.example:3128")
    assert "sk-1" not in repr(place)


def test_comments_are_allowed_and_what_looks_like_one_in_text_is_none() -> None:
    text = b"""\xef\xbb\xbf// mine\r
    {"model": {"name": "a//b /* c */ \\"//"}, /* {
       */ "proxy": "http://p.example" // the company's
    }"""
    choice = read_settings(text, "/s.json", {}, is_users=True)[1]
    assert choice == Choice(model='a//b /* c */ "//', proxy="http://p.example")


def test_the_key_of_older_versions_has_its_address_beside_it() -> None:
    auth = {"selectedType": "openai", "apiKey": "sk-old", "baseUrl": GATEWAY}
    place, choice = read({"security": {"auth": auth}})
    assert place.services == (Service(GATEWAY, "security.auth.apiKey"),)
    assert place.value("security.auth.apiKey") == "sk-old"
    assert choice.base_url == GATEWAY
    del auth["baseUrl"]
    assert read({"security": {"auth": auth}})[0].services[0].base_url == OPENAI


def test_a_variable_stands_for_its_value_in_the_users_own_file_alone() -> None:
    settings = {"env": {"A": "$SECRET", "B": "x${SECRET}", "C": "$NONE"}}
    assert read(settings, SECRET="7Qx")[0].variables == {"A": "7Qx", "B": "x7Qx", "C": "$NONE"}
    assert read(settings, is_users=False, SECRET="7Qx")[0].variables == settings["env"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["security", "auth", "modelProviders", "openai", "model", "env", "envKey"]
                ),
                inner,
            )
        ),
    )
)
def test_values_of_wrong_types_say_nothing_and_break_nothing(settings: object) -> None:
    place, _ = read(settings)
    assert all(isinstance(value, str) for value in place.variables.values())


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b'{"proxy": "x",}'])
def test_what_is_no_json_says_nothing(text: bytes) -> None:
    nothing = (KeyPlace("/s", {}, form="unreadable"), Choice())
    assert read_settings(text, "/s", {}, is_users=True) == nothing


CHOICES: list[tuple[Choice, dict[str, str], Wanted | None]] = [
    (Choice(), {}, None),
    (Choice("qwen-oauth", "coder-model"), {}, Wanted("qwen-oauth", "coder-model")),
    (Choice("gemini", "gemini-3", GATEWAY), {}, None),
    (Choice("openai"), {}, None),
    (Choice("openai", "m", GATEWAY), {}, Wanted("custom", "m")),
    (Choice(None, "m", GATEWAY), {}, Wanted("custom", "m")),
    (
        Choice("openai", "m", "https://dashscope.aliyuncs.com/compatible-mode/v1/"),
        {},
        Wanted("dashscope-cn", "m"),
    ),
    (
        Choice("openai", "m", "https://dashscope.aliyuncs.com.evil.example/compatible-mode/v1"),
        {},
        Wanted("custom", "m"),
    ),
    (Choice("openai"), {"OPENAI_BASE_URL": GATEWAY}, Wanted("custom", None)),
    (
        Choice("openai", "m", "https://a.example"),
        {"OPENAI_BASE_URL": GATEWAY, "QWEN_MODEL": "n"},
        Wanted("custom", "n"),
    ),
    (Choice(), {"OPENAI_BASE_URL": GATEWAY}, None),
    (Choice("openai", "m", "not an address"), {}, Wanted("custom", "m")),
]


@pytest.mark.parametrize(("choice", "environ", "expected"), CHOICES)
def test_the_service_that_qwen_code_would_ask(
    choice: Choice, environ: dict[str, str], expected: Wanted | None
) -> None:
    assert wanted(Known((KeyPlace("", environ),), choice=choice)) == expected
