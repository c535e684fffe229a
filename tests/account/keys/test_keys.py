"""A key belongs to an origin: what goes where, and the sentence where nothing may."""

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keys.keys import address, named_key, no_sign_in, refusal
from qwen_lsp.account.keys.places import Known
from qwen_lsp.errors import AccountError, NotSignedIn
from qwen_lsp.model.catalog.providers import providers

ROWS = providers()
KEY = "sk-the-key-7Qx"
OPENAI = {"OPENAI_API_KEY": KEY}
HOME = OPENAI | {"OPENAI_BASE_URL": "https://api.example.com/v1"}

# Each row: provider, setting, environment, address, whether the key goes along.
SENT: list[tuple[str, str | None, dict[str, str], str, bool]] = [
    (
        "dashscope-intl",
        None,
        {"DASHSCOPE_API_KEY": KEY},
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        True,
    ),
    (
        "dashscope-cn",
        "https://example.com/v1",
        {"DASHSCOPE_API_KEY": f" {KEY}\n"},
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        True,
    ),
    ("ollama", None, HOME, "http://127.0.0.1:11434/v1", False),
    ("custom", "https://api.openai.com", OPENAI, "https://api.openai.com/v1", True),
    ("custom", "https://api.example.com", OPENAI, "https://api.example.com/v1", False),
    ("custom", "https://api.example.com", HOME, "https://api.example.com/v1", True),
    ("custom", "https://api.example.com:443/v1/", HOME, "https://api.example.com/v1", True),
    ("custom", "https://api.example.com:8443", HOME, "https://api.example.com:8443/v1", False),
    (
        "custom",
        "https://api.example.com.evil.com",
        HOME,
        "https://api.example.com.evil.com/v1",
        False,
    ),
    ("custom", "https://api.openai.com/v1", HOME, "https://api.openai.com/v1", False),
    ("custom", "http://localhost:8080", HOME, "http://localhost:8080/v1", False),
    ("custom", None, HOME, "https://api.example.com/v1", True),
    ("custom", "", HOME, "https://api.example.com/v1", True),
    ("custom", "https://a.example/v1", {"DASHSCOPE_API_KEY": KEY}, "https://a.example/v1", False),
    (
        "custom",
        "https://a.example",
        OPENAI | {"OPENAI_BASE_URL": "?"},
        "https://a.example/v1",
        False,
    ),
    ("simulator", "http://127.0.0.1:4711/v1", HOME, "http://127.0.0.1:4711/v1", False),
]


@pytest.mark.parametrize(("provider", "setting", "environ", "url", "sent"), SENT)
def test_a_key_goes_to_its_own_origin_alone(
    provider: str, setting: str | None, environ: dict[str, str], url: str, sent: bool
) -> None:
    row = ROWS[provider]
    known = Known.of_environment(environ)
    assert address(row, setting, known) == url
    key = named_key(row, url, known)
    assert (key is not None) is sent
    assert key is None or key.value.get_secret_value() == KEY


NOWHERE: list[tuple[str, str | None, dict[str, str], str]] = [
    ("custom", None, OPENAI, "set qwen.baseUrl"),
    ("custom", "http://api.example.com/v1", {}, "plain http"),
    ("custom", "ftp://api.example.com", {}, "https://"),
    ("custom", "https://me:pw@api.example.com", {}, "password"),
    ("custom", None, {"OPENAI_BASE_URL": "http://api.example.com"}, "plain http"),
    ("simulator", None, HOME, "set qwen.baseUrl"),
    ("simulator", "https://api.example.com/v1", {}, "runs on this machine only"),
]


@pytest.mark.parametrize(("provider", "setting", "environ", "words"), NOWHERE)
def test_an_address_that_nothing_may_go_to(
    provider: str, setting: str | None, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(AccountError, match=words) as raised:
        address(ROWS[provider], setting, Known.of_environment(environ))
    assert "pw@" not in str(raised.value)


@pytest.mark.parametrize("environ", [{}, {"DASHSCOPE_API_KEY": " "}, OPENAI])
def test_a_key_that_is_needed_and_not_there(environ: dict[str, str]) -> None:
    row = ROWS["dashscope-intl"]
    known = Known.of_environment(environ)
    words = r"needs a key .see https://.*; run qwen-lsp login .* or set DASHSCOPE_API_KEY"
    with pytest.raises(NotSignedIn, match=words):
        named_key(row, address(row, None, known), known)


@pytest.mark.parametrize("value", ["sk-a\r\nHost: x", "sk-ä", "sk a", "“sk-a”"])
def test_a_key_that_no_header_can_hold(value: str) -> None:
    row = ROWS["dashscope-cn"]
    known = Known.of_environment({"DASHSCOPE_API_KEY": value})
    with pytest.raises(AccountError, match="The key in DASHSCOPE_API_KEY") as raised:
        named_key(row, address(row, None, known), known)
    assert value not in str(raised.value)


REFUSED: list[tuple[str, str, dict[str, str], bool, str]] = [
    (
        "dashscope-cn",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        {"DASHSCOPE_API_KEY": KEY},
        True,
        "dashscope.aliyuncs.com refused the key in DASHSCOPE_API_KEY: .* another region or plan",
    ),
    ("custom", "https://a.example/v1", HOME, True, "a.example refused the key in OPENAI_API_KEY"),
    (
        "custom",
        "https://a.example/v1",
        HOME,
        False,
        "sent there .* to api.example.com; .* --base-url",
    ),
    ("custom", "https://a.example/v1", OPENAI, False, "it belongs to api.openai.com"),
    (
        "custom",
        "https://a.example/v1",
        OPENAI | {"OPENAI_BASE_URL": "?"},
        False,
        "belongs to another address",
    ),
    (
        "custom",
        "https://a.example/v1",
        {},
        False,
        "a.example wants a key; run .* set OPENAI_API",
    ),
    ("ollama", "http://127.0.0.1:11434/v1", {}, False, "127.0.0.1:11434 wants a key, but Ollama"),
]


@pytest.mark.parametrize(("provider", "url", "environ", "keyed", "words"), REFUSED)
def test_a_401_is_one_sentence_that_names_the_variable(
    provider: str, url: str, environ: dict[str, str], keyed: bool, words: str
) -> None:
    known = Known.of_environment(environ)
    sentence = refusal(ROWS[provider], url, known, SecretStr(KEY) if keyed else None)
    with pytest.raises(AccountError, match=words):
        raise sentence
    assert KEY not in str(sentence)


def test_signing_in_where_there_is_none() -> None:
    assert str(no_sign_in(ROWS["ollama"])) == "Ollama needs no sign-in."
    assert "set DASHSCOPE_API_KEY" in str(no_sign_in(ROWS["dashscope-intl"]))
