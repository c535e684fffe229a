"""What clients send as settings, and what is made of it."""

import pytest

from qwen_lsp.errors import RequestError
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Timeouts
from qwen_lsp.services.services import Services
from qwen_lsp.settings.settings import (
    OAuth,
    SentSettings,
    Settings,
    read_settings,
)


@pytest.mark.parametrize(
    "sent", [None, {}, {"qwen": {}}, {"qwen": {"model": None}}, {"model": None}]
)
def test_nothing_is_the_defaults(sent: object) -> None:
    assert read_settings(sent) == (Settings(), ())


@pytest.mark.parametrize("sent", [{"model": "m"}, {"qwen": {"model": "m"}}])
def test_the_section_comes_bare_or_wrapped(sent: object) -> None:
    assert read_settings(sent).settings.model == "m"


@pytest.mark.parametrize(
    ("sent", "warning"),
    [
        ({"modle": "m"}, "qwen.modle is not a setting of this version; it is ignored."),
        ({"onStop": "x"}, "qwen.onStop should be 'restore' or 'keep'; its default is used."),
        ({"maxTokens": 0}, "qwen.maxTokens should be greater than 0; its default is used."),
        ({"temperature": 2}, "qwen.temperature should be less than 2; its default is used."),
        ({"temperature": "hot"}, "qwen.temperature should be a valid number"),
        (
            {"actions": {"hide": "x"}},
            "qwen.actions.hide should be a valid list; its default is used.",
        ),
        ({"actions": 3}, "qwen.actions"),
        ({"thinking": True}, "qwen.thinking should be a valid string; its default is used."),
        (
            {"thinking": "very much"},
            "qwen.thinking should be off, auto or a level of the model's own; its default is used.",
        ),
    ],
)
def test_a_wrong_value_is_one_warning_and_the_default(sent: object, warning: str) -> None:
    settings, warnings = read_settings(sent)
    assert settings == Settings()
    assert len(warnings) == 1
    assert warning in warnings[0]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"provider": 3}, "qwen.provider should be a valid string"),
        ({"baseUrl": ["x"]}, "qwen.baseUrl should be a valid string"),
        ({"enabled": "no"}, "qwen.enabled should be a valid boolean"),
        ({"oauth": "https://a.example"}, "qwen.oauth should be an object"),
        ({"oauth": {"issuer": 7}}, "qwen.oauth.issuer should be a valid string"),
        (["provider"], "The settings of qwen are not an object"),
        ({"qwen": "ollama"}, "The settings of qwen are not an object"),
    ],
)
def test_what_says_whether_and_where_code_goes_fails_closed(sent: object, wrong: str) -> None:
    settings, (warning,) = read_settings(sent)
    assert settings.fault.startswith(wrong)
    assert warning.startswith(wrong)
    assert "nothing is sent" in warning
    services = Services(Http(), {"DASHSCOPE_API_KEY": "sk-1"}, "0")
    with pytest.raises(RequestError, match=wrong):
        services.chosen(settings)


def test_no_level_is_none() -> None:
    assert read_settings({"thinking": ""}).settings.thinking == "off"


@pytest.mark.parametrize("level", ["off", "auto", "minimal", "xhigh"])
def test_a_level_of_thinking(level: str) -> None:
    settings, warnings = read_settings({"thinking": level})
    assert (settings.thinking, warnings) == (level, ())


def test_one_wrong_value_leaves_the_others() -> None:
    settings, warnings = read_settings({"temperature": 1, "onStop": 3, "actions": {"hide": ["a"]}})
    assert (settings.temperature, settings.hidden_actions) == (1.0, frozenset({"a"}))
    assert len(warnings) == 1


def test_an_answer_of_null_changes_nothing() -> None:
    sent = SentSettings()
    sent.greet({"provider": "ollama"})
    assert sent.update(None).settings.provider == "ollama"
    assert sent.update({"qwen": None}).settings.provider == "ollama"


def test_what_is_unset_again_is_as_the_greeting_said() -> None:
    sent = SentSettings()
    sent.greet({"model": "first"})
    assert sent.update({"model": "second", "provider": "ollama"}).settings.model == "second"
    assert sent.update({"model": None}).settings == Settings(model="first")


def test_a_group_of_which_nothing_is_set_is_not_set() -> None:
    sent = SentSettings()
    sent.greet({"oauth": {"issuer": "https://a.example", "clientId": " b "}})
    unset = sent.update({"oauth": {"issuer": None, "clientId": None}, "actions": {"hide": None}})
    assert unset.settings == Settings(oauth=OAuth(issuer="https://a.example", client_id="b"))


def test_what_is_pushed_for_other_servers_only_changes_nothing() -> None:
    sent = SentSettings()
    assert sent.pushed({"rust-analyzer": {"cargo": 1}}) == (Settings(), ())
    assert sent.pushed({"qwen": {"model": "m"}}).settings.model == "m"
    assert sent.pushed({"model": "n"}).settings.model == "n"


def test_how_long_to_wait_is_said_in_seconds() -> None:
    settings, warnings = read_settings({"timeouts": {"firstToken": 600, "idle": 2.5}})
    assert settings.timeouts == Timeouts(first_token=600, idle=2.5)
    assert warnings == ()
    for wrong in (0, -1, 3601, "long", True):
        settings, warnings = read_settings({"timeouts": {"idle": wrong}})
        assert settings.timeouts == Timeouts()
        assert warnings[0].startswith("qwen.timeouts.idle ")
