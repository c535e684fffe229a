"""A token and its file: the form of Qwen Code, kept whatever else stands in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qwen_lsp.account.issuer import QWEN
from qwen_lsp.account.token import (
    PORTAL,
    Token,
    base_url_of_resource,
    from_file,
    granted,
    to_file,
)
from qwen_lsp.errors import AccountError

TOKEN = Token(SecretStr("access"), SecretStr("refresh"), 1767225600000, "Bearer", "portal.qwen.ai")
FILE = """{
  "access_token": "access",
  "refresh_token": "refresh",
  "token_type": "Bearer",
  "resource_url": "portal.qwen.ai",
  "expiry_date": 1767225600000
}"""


def test_the_file_is_that_of_qwen_code() -> None:
    assert to_file(TOKEN, b"").decode() == FILE
    assert from_file(FILE.encode()) == TOKEN


def test_unknown_keys_are_kept_and_the_tokens_own_are_not() -> None:
    before = {
        "device_code_requested_at": 1.5,
        "id_token": "of somebody else",
        "resource_url": "old.qwen.ai",
        "note": "日本",
    }
    token = Token(SecretStr("a"), None, 5)
    assert json.loads(to_file(token, json.dumps(before).encode())) == {
        "access_token": "a",
        "refresh_token": "",
        "token_type": "Bearer",
        "expiry_date": 5,
        "device_code_requested_at": 1.5,
        "note": "日本",
    }


secrets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
maybe = st.none() | secrets


def hidden(value: str | None) -> SecretStr | None:
    return None if value is None else SecretStr(value)


tokens = st.builds(
    lambda access, refresh, expiry, resource, identity: Token(
        SecretStr(access), hidden(refresh), expiry, "Bearer", resource, hidden(identity)
    ),
    secrets,
    maybe,
    st.integers(-(10**15), 10**15),
    maybe,
    maybe,
)
extras = st.dictionaries(
    st.text(), st.none() | st.integers() | st.text() | st.lists(st.booleans()), max_size=4
)


@given(tokens, extras)
def test_what_is_written_is_read(token: Token, extra: dict[str, Any]) -> None:
    text = to_file(token, json.dumps(extra).encode())
    assert from_file(text) == token
    assert set(extra) - set(json.loads(FILE)) - {"id_token"} <= set(json.loads(text))
    assert text == to_file(token, text)


def changed(**changes: object) -> bytes:
    return json.dumps({k: v for k, v in (json.loads(FILE) | changes).items() if v != "-"}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        FILE[:50].encode(),
        changed(access_token="-"),
        changed(access_token=None),
        changed(access_token=""),
        changed(access_token="a\nb"),
        changed(refresh_token="-"),
        changed(refresh_token=7),
        changed(token_type="-"),
        changed(expiry_date="1767225600000"),
        changed(expiry_date=True),
        changed(expiry_date=None),
        changed(expiry_date=float("nan")),
        changed(expiry_date=float("inf")),
    ],
)
def test_a_file_that_qwen_code_would_not_take_holds_no_token(text: bytes) -> None:
    assert from_file(text) is None


@given(st.binary())
def test_any_file_is_a_token_or_none(text: bytes) -> None:
    assert from_file(text) is None


def test_a_token_is_stale_half_a_minute_before_its_end() -> None:
    end = TOKEN.expiry_date / 1000
    assert not TOKEN.is_stale(end - 30.001)
    assert TOKEN.is_stale(end - 30)
    assert TOKEN.is_stale(end + 1)


def test_a_token_response_becomes_a_token() -> None:
    body = {
        "status": "success",
        "access_token": "a",
        "refresh_token": "r",
        "token_type": "bearer",
        "expires_in": 21600,
        "resource_url": "portal.qwen.ai",
    }
    token = granted(body, issuer=QWEN, now=1000.5)
    assert token == Token(
        SecretStr("a"), SecretStr("r"), (1000 + 21600) * 1000 + 500, "Bearer", "portal.qwen.ai"
    )


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [(None, 3600), (0, 3600), (-1, 3600), ("600", 600), ("x", 3600), (600.5, 600.5), (1e14, 1e9)],
)
def test_a_lifetime_that_is_none_is_an_hour(expires_in: object, lifetime: float) -> None:
    body = {"access_token": "a", "expires_in": expires_in}
    assert granted(body, issuer=QWEN, now=0).expiry_date == lifetime * 1000


@pytest.mark.parametrize("access", [None, "", 5, "a b", "a\r\nHost: x", "ä"])
def test_a_token_response_without_a_token_is_a_sentence(access: object) -> None:
    with pytest.raises(AccountError, match="without a token that can be used"):
        granted({"access_token": access}, issuer=QWEN, now=0)


def test_a_renewed_token_keeps_what_the_server_left_out() -> None:
    newer = granted({"access_token": "b"}, issuer=QWEN, now=0)
    renewed = TOKEN.renewed_by(newer)
    assert renewed.access_token.get_secret_value() == "b"
    assert renewed.refresh_token == TOKEN.refresh_token
    assert renewed.resource_url == TOKEN.resource_url


@pytest.mark.parametrize(
    ("resource_url", "base_url"),
    [
        ("portal.qwen.ai", PORTAL),
        ("https://portal.qwen.ai", PORTAL),
        ("https://portal.qwen.ai/", PORTAL),
        ("https://portal.qwen.ai/v1", PORTAL),
        ("portal.qwen.ai/v1/", PORTAL),
        ("PORTAL.Qwen.ai:443", PORTAL),
        ("other.qwen.ai/api", "https://other.qwen.ai/api/v1"),
        (
            "dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        ),
        ("w1.cn-beijing.maas.aliyuncs.com", "https://w1.cn-beijing.maas.aliyuncs.com/v1"),
        (None, PORTAL),
        ("", PORTAL),
        ("qwen.ai.example.com", PORTAL),
        ("evilqwen.ai", PORTAL),
        ("https://example.com", PORTAL),
        ("http://portal.qwen.ai", PORTAL),
        ("http://127.0.0.1:8000", PORTAL),
        ("other.qwen.ai:8443", PORTAL),
        ("https://other.qwen.ai@example.com", PORTAL),
        ("https://example.com\\.qwen.ai", PORTAL),
        ("https://example.com#.qwen.ai", PORTAL),
        ("https://example.com/.qwen.ai", PORTAL),
        ("https://example.com?.qwen.ai", PORTAL),
        ("other.qwen.ai\n", PORTAL),
        ("éxample.qwen.ai", PORTAL),
        ("oss.aliyuncs.com", PORTAL),
        ("evil.dashscope.aliyuncs.com", PORTAL),
        ("maas.aliyuncs.com.example.com", PORTAL),
    ],
)
def test_a_token_goes_to_allowed_hosts_only(resource_url: str | None, base_url: str) -> None:
    assert base_url_of_resource(resource_url) == base_url


def test_no_secret_in_a_repr() -> None:
    shown = repr(Token(SecretStr("abc"), SecretStr("def"), 1, id_token=SecretStr("ghi")))
    assert not any(secret in shown for secret in ("abc", "def", "ghi"))
