"""The user's settings: Options, as clients send them, become Settings, as the code reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

SECTION = "qwen"

Edits = Literal["stream", "once", "preview"]
"""How a reply gets into a file."""

FAILS_CLOSED = frozenset({"enabled", "provider", "baseUrl"})
"""Whether and where code goes: with a wrong value here nothing is sent at all."""
NO_OBJECT = "The settings of qwen are not an object; nothing is sent until that is put right."


class _Options(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", strict=True)


class ActionOptions(_Options):
    """`qwen.actions`."""

    hide: Annotated[
        list[str] | None, Field(description="Ids of actions that are not offered in menus.")
    ] = None


class Options(_Options):
    """What a client may send as the section `qwen`. A field left out, or null, is unset."""

    enabled: Annotated[
        bool | None, Field(description="Whether anything is offered or sent at all.")
    ] = None
    provider: Annotated[
        str | None,
        Field(
            description="The service to use: an id of `docs/providers.md`, or `auto`: "
            "the only one that there is a sign-in or a key for."
        ),
    ] = None
    model: Annotated[
        str | None, Field(description="The model's name; without it the provider's default.")
    ] = None
    base_url: Annotated[
        str | None,
        Field(
            description="The address of the `custom` service, or of the `simulator`; with or "
            "without `/v1` or `/chat/completions` at its end."
        ),
    ] = None
    edits: Annotated[
        Edits | None,
        Field(
            description="How a reply gets into the file: `stream` writes whole lines as they come, "
            "`once` all of them at the end, `preview` into a document of its own first."
        ),
    ] = None
    undo: Annotated[
        Literal["fold", "leave"] | None,
        Field(
            description="After a job: fold its edits, so that one undo gives the original back, "
            "or leave them in the history one by one."
        ),
    ] = None
    delivery: Annotated[
        Literal["auto", "answer", "echo", "idle"] | None,
        Field(
            description="How this editor takes streamed edits. `auto` finds out; `answer`: it "
            "refuses an edit of an older version and says so; `echo`: it may say that it made one "
            "and drop it; `idle`: it makes all of them and reports changes when its user rests."
        ),
    ] = None
    on_stop: Annotated[
        Literal["restore", "keep"] | None,
        Field(
            description="After a stop or a failure: put the original back, or keep the whole new "
            "lines and after them the original ones that were not replaced yet."
        ),
    ] = None
    explain: Annotated[
        Literal["auto", "hover", "document", "message"] | None,
        Field(
            description="How an explanation is shown. `auto`: in the client's own view if it has "
            "one, else by hover."
        ),
    ] = None
    thinking: Annotated[
        Literal["off", "auto"] | None,
        Field(description="Whether a model that can think before it answers may do so."),
    ] = None
    temperature: Annotated[
        float | None,
        Field(ge=0, lt=2, strict=False, description="Without it the model family's own."),
    ] = None
    max_tokens: Annotated[
        int | None,
        Field(gt=0, description="The most tokens of a reply; without it the service's own limit."),
    ] = None
    actions: Annotated[ActionOptions | None, Field(description="What is offered.")] = None


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
        f"qwen.{name} {fault}; "
        + (
            "nothing is sent until it is put right."
            if name in FAILS_CLOSED
            else "its default is used."
        )
        for name, fault in faults.items()
    ]
    options = Options.model_validate({k: v for k, v in section.items() if k not in faults})
    closed = sorted(faults.keys() & FAILS_CLOSED)
    fault = f"qwen.{closed[0]} {faults[closed[0]]}; put it right first." if closed else ""
    return Reading(_settings(options, fault), tuple(sorted(warnings)))


def _section(sent: object) -> object:
    """The section itself, where it is wrapped in an object under its name."""
    return sent[SECTION] if isinstance(sent, Mapping) and SECTION in sent else sent


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if value is not None}


def _names() -> set[str]:
    return {to_camel(name) for name in Options.model_fields}


def _faults(section: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each setting that has a wrong value."""
    try:
        Options.model_validate(section)
    except ValidationError as invalid:
        return {
            str(error["loc"][0]): _said(error["msg"])
            for error in invalid.errors(include_url=False, include_input=False)
        }
    return {}


def _said(message: str) -> str:
    return message.replace("Input should", "should")


def _settings(options: Options, fault: str) -> Settings:
    given: dict[str, Any] = {
        name: value
        for name, value in options
        if value is not None and name not in {"actions", "base_url"}
    }
    if options.base_url:
        given["base_url"] = options.base_url
    if options.actions and options.actions.hide:
        given["hidden_actions"] = frozenset(options.actions.hide)
    return Settings(**given, fault=fault)
