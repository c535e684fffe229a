"""Which addresses a request may go to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import (
    base_url_of,
    is_loopback,
    is_loopback_url,
    is_qwen_host,
    origin_of,
    same_origin,
)


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("https://api.example.com", "https://api.example.com/v1"),
        ("https://api.example.com/", "https://api.example.com/v1"),
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        (" https://api.example.com/v1/ ", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions/", "https://api.example.com/v1"),
        ("https://api.example.com/chat/completions", "https://api.example.com"),
        ("https://api.example.com/api/paas/v4", "https://api.example.com/api/paas/v4"),
        ("https://api.example.com/v1beta", "https://api.example.com/v1beta"),
        ("https://api.example.com/openai", "https://api.example.com/openai/v1"),
        ("HTTPS://API.Example.com:443/v1", "https://api.example.com/v1"),
        ("https://api.example.com:8443/v1", "https://api.example.com:8443/v1"),
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://127.0.0.1:80/v1", "http://127.0.0.1/v1"),
        ("http://127.3.2.1:8080", "http://127.3.2.1:8080/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://[2001:DB8:0::1]/v1", "https://[2001:db8::1]/v1"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        # The Cyrillic letter is seen: it is another name.
        ("https://dashscope.аliyuncs.com/v1", "https://dashscope.xn--liyuncs-1fg.com/v1"),
    ],
)
def test_base_urls(text: str, base_url: str) -> None:
    assert base_url_of(text) == base_url
    assert base_url_of(base_url + "/chat/completions") == base_url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example.com",
        "//api.example.com/v1",
        "ftp://api.example.com/v1",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://api.example.com/v1",
        "http://192.168.1.10:8000/v1",
        "http://0.0.0.0:8000/v1",
        "http://[::]/v1",
        "http://localhost.example.com/v1",
        "http://127.0.0.1.example.com/v1",
        "http://127.1/v1",
        "http://2130706433/v1",
        "http://0x7f.0.0.1/v1",
        "http://localhost@example.com/v1",
        "https://user:secret@api.example.com/v1",
        "https://user@api.example.com/v1",
        "https://@api.example.com/v1",
        "https://api.example.com@evil.example/v1",
        "https://api.example.com\\@evil.example/v1",
        "http://localhost\\.example.com/v1",
        "https://api.exam\tple.com/v1",
        "https://api.example.com/v1\nHost: evil",
        "https://api.example.com/v 1",
        "https://api.example.com/v1?key=secret",
        "https://api.example.com/v1?",
        "https://api.example.com/v1#a",
        "https://",
        "https:///v1",
        "https://:443/v1",
        "https://api.example.com:99999/v1",
        "https://api.example.com:port/v1",
        "https://[::1/v1",
        "https://[gg::1]/v1",
        "https://exa%6dple.com/v1",
        "https://.example.com/v1",
        "https://example..com./v1",
        "https://\u2100.example/v1",
    ],
)
def test_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        base_url_of(text)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "secret" not in sentence
    assert "https://" in sentence


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1", "[::1]", "0:0:0:0:0:0:0:1"],
)
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost.",
        "localhost.evil.example",
        "xlocalhost",
        "127.0.0.1.nip.io",
        "127.1",
        "128.0.0.1",
        "0.0.0.0",
        "::",
        "::2",
        "fe80::1",
        "10.0.0.1",
        "0127.0.0.1",
        "1.127.0.0",
        "127.0.0.1:80",
    ],
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("https://a.example/v1", "https://a.example/other", True),
        ("https://a.example", "https://A.example:443/", True),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example", "https://b.a.example", False),
        ("https://a.example", "https://a.example.evil.example", False),
        ("http://localhost", "https://localhost", False),
        ("http://localhost", "http://127.0.0.1", False),
        ("https://a.example", "https://a.example@evil.example", False),
        ("http://a.example", "http://a.example", False),
        ("", "", False),
    ],
)
def test_same_origin(one: str, other: str, are_same: bool) -> None:
    assert same_origin(one, other) is are_same
    assert same_origin(other, one) is are_same


@pytest.mark.parametrize(
    ("host", "is_qwens"),
    [
        ("portal.qwen.ai", True),
        ("dashscope-intl.aliyuncs.com", True),
        ("ws1.cn-beijing.maas.aliyuncs.com", True),
        ("maas.qwencloudapi.com", True),
        ("evilaliyuncs.com", False),
        ("qwen.ai.evil.example", False),
        ("qwen.ai.", False),
        ("api.openai.com", False),
        ("127.0.0.1", False),
    ],
)
def test_qwens_own_hosts(host: str, is_qwens: bool) -> None:
    assert is_qwen_host(host) is is_qwens


@given(st.text() | st.text("htps:/@.[]?#\\%127localhost0 x", max_size=30).map("http://".__add__))
def test_whatever_is_accepted_is_safe(text: str) -> None:
    try:
        base_url = base_url_of(text)
    except RequestError:
        return
    assert base_url.startswith("https://") or is_loopback_url(base_url)
    assert "@" not in base_url.partition("://")[2].partition("/")[0]
    assert origin_of(base_url) == origin_of(text)
    assert base_url_of(base_url + "/chat/completions") == base_url
