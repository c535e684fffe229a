"""What a repository may set, through an editor that doesn't tell whose a setting is."""

from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keys.places import Known
from qwen_lsp.services.provider_settings import network_of
from qwen_lsp.settings.settings import NO_HOME, SentSettings
from qwen_lsp.settings.trust_scopes import UsersOwn

EVIL = "https://evil.example/v1"
REDIRECTING: list[tuple[str, Any]] = [
    ("baseUrl", EVIL),
    ("keyCommand", ["./steal"]),
    ("headers", {"X-Team": "x"}),
    ("conversation", "service"),
    ("proxy", "http://evil.example:3128"),
    ("caBundle", "evil.pem"),
    ("oauth", {"issuer": "https://evil.example", "clientId": "x"}),
]


@pytest.mark.parametrize(("name", "value"), REDIRECTING)
def test_where_requests_go_and_what_runs_is_the_users_alone(name: str, value: Any) -> None:
    sent = SentSettings()
    before, _ = sent.greet({"provider": "custom"})
    for reading in (sent.update({name: value}), sent.pushed({"qwen": {name: value}})):
        assert reading.settings == before
        assert reading.warnings[0].startswith(f"qwen.{name} is not taken from here")
    theirs = SentSettings()
    theirs.are_users = True
    theirs.greet({"provider": "custom"})
    settings, warnings = theirs.update({name: value})
    assert settings != before
    assert warnings == ()
    greeted, warnings = SentSettings().greet({name: value, "provider": "custom"})
    assert greeted != before
    assert warnings == ()


def test_the_same_again_needs_no_warning() -> None:
    """Helix sends the same with its greeting and when it is asked."""
    sent = SentSettings()
    own = {"provider": "custom", "baseUrl": "https://gateway.example/v1"}
    greeted = sent.greet(own)
    assert sent.update(own) == greeted


def test_an_address_on_this_machine_may_come_from_anywhere_unless_the_user_has_named_one() -> None:
    local = {"provider": "custom", "baseUrl": "http://127.0.0.1:8080/v1"}
    settings, warnings = SentSettings().update(local)
    assert settings.base_url == local["baseUrl"]
    assert warnings == ()
    assert settings.users == UsersOwn()
    sent = SentSettings()
    sent.greet({"baseUrl": "https://gateway.example/v1"})
    settings, (warning,) = sent.update({"baseUrl": local["baseUrl"]})
    assert settings.base_url == "https://gateway.example/v1"
    assert warning.startswith("qwen.baseUrl is not taken")


def test_a_folder_chooses_a_provider_only_for_who_has_chosen_none() -> None:
    assert SentSettings().update({"provider": "dashscope-cn"}).settings.provider == "dashscope-cn"
    sent = SentSettings()
    sent.greet({"provider": "ollama"})
    settings, (warning,) = sent.update({"provider": "dashscope-cn"})
    assert settings.provider == "ollama"
    assert warning.startswith("qwen.provider is not taken")


@pytest.mark.parametrize(
    ("greeting", "later", "enabled"),
    [(False, True, False), (True, False, False), (None, False, False), (None, True, True)],
)
def test_a_folder_may_switch_off_but_not_on(
    greeting: bool | None, later: bool, enabled: bool
) -> None:
    sent = SentSettings()
    sent.greet({"enabled": greeting})
    assert sent.update({"enabled": later}).settings.enabled is enabled


def providers_of(allowed: object) -> dict[str, object]:
    return {"providers": {"allowed": allowed}}


@pytest.mark.parametrize(
    ("greeting", "later", "allowed"),
    [
        (["a", "b"], ["b", "c"], ("b",)),
        (["a"], [], ()),
        ([], ["a"], ()),
        (["a"], None, ("a",)),
        (None, ["b"], ("b",)),
        (None, None, None),
    ],
)
def test_a_folder_may_take_services_away_but_not_add_any(
    greeting: object, later: object, allowed: tuple[str, ...] | None
) -> None:
    sent = SentSettings()
    sent.greet(providers_of(greeting))
    assert sent.update(providers_of(later)).settings.allowed == allowed


def test_where_all_is_the_users_the_latest_list_counts() -> None:
    sent = SentSettings()
    sent.are_users = True
    sent.greet(providers_of(["a"]))
    assert sent.update(providers_of(["a", "b"])).settings.allowed == ("a", "b")


@pytest.mark.parametrize(
    ("greeting", "later"),
    [
        ({"enabled": "no"}, {"enabled": True}),
        (providers_of("a"), providers_of(["b"])),
        ({"providers": ["a"]}, providers_of(["b"])),
        (providers_of(["a"]), providers_of("b")),
    ],
)
def test_no_folder_puts_a_wrong_value_right(greeting: object, later: object) -> None:
    sent = SentSettings()
    sent.greet(greeting)
    assert sent.update(later).settings.fault


def test_the_rest_is_as_the_latest_says() -> None:
    sent = SentSettings()
    sent.greet({"model": "a", "onStop": "keep"})
    settings = sent.update({"model": "b", "edits": "once"}).settings
    assert (settings.model, settings.on_stop, settings.edits) == ("b", "keep", "once")


def test_a_key_command_is_for_the_service_beside_it() -> None:
    command = {"keyCommand": ["pass", "show", "key"]}
    settings, warnings = SentSettings().greet({**command, "provider": "custom", "baseUrl": EVIL})
    assert settings.key_command == ("pass", "show", "key")
    assert settings.users == UsersOwn("custom", EVIL)
    assert warnings == ()
    sent = SentSettings()
    settings, warnings = sent.greet(command)
    assert warnings == (NO_HOME.format(name="keyCommand"),)
    settings, _ = sent.update({"provider": "dashscope-cn"})
    assert settings.provider == "dashscope-cn"
    assert settings.users == UsersOwn()


def test_headers_are_for_the_service_beside_them() -> None:
    sent = {"headers": {"X-Team": "s3cret"}}
    settings, warnings = SentSettings().greet({**sent, "provider": "custom", "baseUrl": EVIL})
    assert warnings == ()
    along = network_of(settings, {}, Known(())).along
    assert along
    assert (along.home, along.headers) == (EVIL, (("X-Team", SecretStr("s3cret")),))
    assert "s3cret" not in repr(settings)
    settings, warnings = SentSettings().greet(sent)
    assert warnings == (NO_HOME.format(name="headers"),)
    assert network_of(settings, {"OPENAI_BASE_URL": EVIL}, Known(())).along is None
    oauth = {"provider": "oauth", "oauth": {"baseUrl": EVIL}}
    settings, _ = SentSettings().greet({**sent, **oauth})
    assert network_of(settings, {}, Known(())).along == along


@pytest.mark.parametrize(
    "value",
    ["X-Team: s3cret", ["s3cret"], {"X-Team": 3}, {"Authorization": "s3cret"}, {"X-Team": "s3\n"}],
)
def test_headers_that_are_none_fail_closed(value: object) -> None:
    settings, warnings = SentSettings().greet({"headers": value, "provider": "ollama"})
    assert settings.fault.startswith("qwen.headers")
    assert "s3" not in f"{settings!r} {warnings}"


@pytest.mark.parametrize("value", ["pass show key", [3], {"a": 1}])
def test_a_key_command_that_is_none_fails_closed(value: object) -> None:
    settings, _ = SentSettings().greet({"keyCommand": value})
    assert settings.fault.startswith("qwen.keyCommand should be a valid")


@pytest.mark.parametrize("sent", [[], "x", 3])
def test_settings_that_are_no_object_fail_closed_whichever_they_are(sent: object) -> None:
    first, later = SentSettings(), SentSettings()
    first.greet(sent)
    later.greet({"provider": "ollama"})
    assert first.update({"provider": "ollama"}).settings.fault
    assert later.update(sent).settings.fault
