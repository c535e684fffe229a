"""The user's settings: Options, as clients send them, become Settings, as the code reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from .options import Edits, Options

SECTION = "qwen"
FAILS_CLOSED = frozenset({"enabled", "provider", "baseUrl", "oauth"})
"""Whether and where code goes: with a wrong value here nothing is sent at all."""
NO_OBJECT = "The settings of qwen are not an object; nothing is sent until that is put right."


@dataclass(frozen=True)
class OAuth:
    """`qwen.oauth`, read; what is unset is empty."""

    issuer: str = ""
    client_id: str = ""
    scope: str = ""
    base_url: str = ""


@dataclass(frozen=True)
class Settings:
    """What the code reads. The defaults are these."""

    enabled: bool = True
    provider: str = "auto"
    model: str | None = None
    base_url: str | None = None
    edits: Edits = "stream"
    undo: Literal["fold", "leave"] = "fold"
    delivery: Literal["auto", "answer", "echo", "idle"] = "auto"
    on_stop: Literal["restore", "keep"] = "restore"
    explain: Literal["auto", "hover", "document", "message"] = "auto"
    thinking: Literal["off", "auto"] = "off"
    temperature: float | None = None
    max_tokens: int | None = None
    hidden_actions: frozenset[str] = frozenset()
    oauth: OAuth = OAuth()
    fault: str = ""
    """The sentence why nothing may be sent, if a setting that decides about that is wrong."""


class Reading(NamedTuple):
    """Settings, and a sentence for each thing that was wrong with them."""

    settings: Settings
    warnings: tuple[str, ...]


class SentSettings:
    """What a client sent: with its greeting, and last of all since then.

    A later answer takes the place of an earlier one; what it leaves unset is as the greeting said.
    """

    def __init__(self) -> None:
        self._with_greeting: object = None
        self._latest: object = None

    def greet(self, sent: object) -> Reading:
        """Takes `initializationOptions`."""
        self._with_greeting = sent
        return self._read()

    def update(self, sent: object) -> Reading:
        """Takes an answer to `workspace/configuration`."""
        if _section(sent) is not None:
            self._latest = sent
        return self._read()

    def pushed(self, sent: object) -> Reading:
        """Takes what `didChangeConfiguration` holds, unless it is about other servers only."""
        if isinstance(sent, Mapping) and SECTION not in sent and not sent.keys() & _names():
            return self._read()
        return self.update(sent)

    def _read(self) -> Reading:
        first, latest = _section(self._with_greeting), _section(self._latest)
        if isinstance(first, Mapping) and isinstance(latest, Mapping):
            return read_settings({**_given(first), **_given(latest)})
        return read_settings(first if latest is None else latest)


def read_settings(sent: object) -> Reading:
    """The settings in what a client sent: the section's value, or an object that holds it."""
    sent = _section(sent)
    if sent is not None and not isinstance(sent, Mapping):
        return Reading(Settings(fault=NO_OBJECT), (NO_OBJECT,))
    section = _given(sent or {})
    section.pop("client", None)
    warnings = [
        f"qwen.{name} is not a setting of this version; it is ignored."
        for name in section.keys() - _names()
    ]
    faults = _faults(section)
    warnings += [
        f"qwen.{fault}; "
        + (
            "nothing is sent until it is put right."
            if name in FAILS_CLOSED
            else "its default is used."
        )
        for name, fault in faults.items()
    ]
    options = Options.model_validate({k: v for k, v in section.items() if k not in faults})
    closed = sorted(faults.keys() & FAILS_CLOSED)
    fault = f"qwen.{faults[closed[0]]}; put it right first." if closed else ""
    return Reading(_settings(options, fault), tuple(sorted(warnings)))


def _section(sent: object) -> object:
    """The section itself, where it is wrapped in an object under its name."""
    return sent[SECTION] if isinstance(sent, Mapping) and SECTION in sent else sent


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    """What is set: a group of which nothing is set is not set either."""
    inner = {k: _given(v) or None if isinstance(v, Mapping) else v for k, v in section.items()}
    return {name: value for name, value in inner.items() if value is not None}


def _names() -> set[str]:
    return {to_camel(name) for name in Options.model_fields}


def _faults(section: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each setting, or group of settings, in words that begin with its name."""
    try:
        Options.model_validate(section)
    except ValidationError as invalid:
        return {
            str(error["loc"][0]): f"{_name(error['loc'])} {_said(error['msg'])}"
            for error in invalid.errors(include_url=False, include_input=False)
        }
    return {}


def _name(place: tuple[int | str, ...]) -> str:
    return ".".join(part for part in place if isinstance(part, str))


def _said(message: str) -> str:
    plain = message.replace("Input should", "should")
    return re.sub(r"a valid dictionary or instance of \w+", "an object", plain)


def _settings(options: Options, fault: str) -> Settings:
    given: dict[str, Any] = {
        name: value
        for name, value in options
        if value is not None and name not in {"actions", "base_url", "oauth"}
    }
    if options.base_url:
        given["base_url"] = options.base_url
    if options.actions and options.actions.hide:
        given["hidden_actions"] = frozenset(options.actions.hide)
    if options.oauth:
        named = options.oauth.model_dump(exclude_none=True)
        given["oauth"] = OAuth(**{name: value.strip() for name, value in named.items()})
    return Settings(**given, fault=fault)
