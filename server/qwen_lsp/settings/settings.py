"""The user's settings: Options, as clients send them, become Settings, as the code reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from ..model.limits.limiter import Limits
from ..model.transport.network import Network
from ..model.transport.timeouts import Timeouts
from .faults import faults_in
from .options import Edits, Options
from .trust_scopes import USERS_ALONE, UsersOwn, merged, users_own

SECTION = "qwen"
FAILS_CLOSED = USERS_ALONE | {"enabled", "provider", "providers"}
"""Whether and where code goes: with a wrong value here nothing is sent at all."""
NO_OBJECT = "The settings of qwen are not an object; nothing is sent until that is put right."

NO_HOME = (
    "qwen.{name} is not used, because qwen.provider does not stand beside it; set that to the "
    "service that it is for."
)


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
    proxy: SecretStr | None = None
    ca_bundle: str | None = None
    edits: Edits = "stream"
    undo: Literal["fold", "leave"] = "fold"
    delivery: Literal["auto", "checked", "unchecked"] = "auto"
    on_stop: Literal["restore", "keep"] = "restore"
    explain: Literal["auto", "hover", "document", "message"] = "auto"
    thinking: str = "off"
    temperature: float | None = None
    max_tokens: int | None = None
    context_tokens: int = 4_000
    context_too_long: Literal["less", "fail"] = "less"
    usage: Literal["keep", "off"] = "keep"
    conversation: Literal["local", "service"] = "local"
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: Limits = field(default_factory=Limits)
    hidden_actions: frozenset[str] = frozenset()
    oauth: OAuth = OAuth()
    allowed: tuple[str, ...] | None = None
    """Ids of the only services that may be asked; None allows all."""
    key_command: tuple[str, ...] = ()
    headers: tuple[tuple[str, SecretStr], ...] = ()
    users: UsersOwn = field(default_factory=UsersOwn)
    """What the user's own settings say, which `key_command` and `headers` belong to."""
    provider_source: str = "qwen.provider"
    """What a sentence calls the place that names the provider."""
    model_source: str = "qwen.model"
    may_be_folders: bool = False
    """Whether `provider` may stand in a file of the folder."""
    fault: str = ""
    """The sentence why nothing may be sent, if a setting that decides about that is wrong."""

    @property
    def network(self) -> Network:
        """The way to the network."""
        return Network(self.proxy, self.ca_bundle)

    def allows(self, provider_id: str) -> bool:
        """Whether that service may be asked."""
        return self.allowed is None or provider_id in self.allowed

    def tightened(self, folder: "Settings") -> "Settings":
        """These where a folder's own settings say `folder`: it takes away, and gives nothing."""
        allowed = self.allowed
        if folder.allowed is not None:
            allowed = tuple(each for each in folder.allowed if self.allows(each))
        return replace(
            self,
            enabled=self.enabled and folder.enabled,
            allowed=allowed,
            fault=self.fault or folder.fault,
        )


class Reading(NamedTuple):
    """Settings, and a sentence for each thing that was wrong with them."""

    settings: Settings
    warnings: tuple[str, ...]


class SentSettings:
    """What a client sent: with its greeting, and last of all since then.

    A later answer takes the place of an earlier one; what it leaves unset is as the greeting said.
    What the server was started with, by the names of settings, goes before all of it.
    """

    def __init__(self, command_line: Mapping[str, str] = MappingProxyType({})) -> None:
        self._command_line = command_line
        self.are_users = False
        """Whether the client takes from its user alone what a repository must not set."""
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

    def sources(self) -> dict[str, str]:
        """What names each setting that is no default, in the words for a sentence."""
        places = {
            "initializationOptions": _mapping(_section(self._with_greeting)),
            "the editor's settings": _mapping(_section(self._latest)),
        }
        said = {name: source for source, sent in places.items() for name in _given(sent)}
        own = {name: f"--{name}" for name in self._command_line}
        return {name: source for name, source in {**said, **own}.items() if name in _names()}

    def _read(self) -> Reading:
        first, latest = _section(self._with_greeting), _section(self._latest)
        for sent in (latest, first):
            if sent is not None and not isinstance(sent, Mapping):
                return read_settings(sent)
        greeting, later = _given(_mapping(first)), _given(_mapping(latest))
        section, refused = merged(greeting, later, is_users=self.are_users)
        section, greeting = ({**each, **self._command_line} for each in (section, greeting))
        settings, warnings = read_settings(section)
        users = users_own(section if self.are_users else greeting)
        if not users.provider:
            homeless = {"keyCommand": settings.key_command, "headers": settings.headers}
            refused += tuple(NO_HOME.format(name=name) for name, value in homeless.items() if value)
        may_be_folders = settings.provider not in ("auto", users.provider)
        read = replace(settings, users=users, may_be_folders=may_be_folders)
        places: dict[str, Any] = {f"{n}_source": f"--{n}" for n in self._command_line}
        return Reading(replace(read, **places), (*warnings, *refused))


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
    faults = faults_in(section)
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


def _mapping(section: object) -> Mapping[str, Any]:
    return section if isinstance(section, Mapping) else {}


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    """What is set: a group of which nothing is set is not set either."""
    inner = {k: _given(v) or None if isinstance(v, Mapping) else v for k, v in section.items()}
    return {name: value for name, value in inner.items() if value is not None}


def _names() -> set[str]:
    return {to_camel(name) for name in Options.model_fields}


_TEXTS = frozenset({"base_url", "ca_bundle"})
_READ_APART = _TEXTS | {
    "actions",
    "context",
    "headers",
    "key_command",
    "limits",
    "oauth",
    "providers",
    "timeouts",
}


def _settings(options: Options, fault: str) -> Settings:
    given: dict[str, Any] = {
        name: value for name, value in options if value is not None and name not in _READ_APART
    }
    if options.key_command:
        given["key_command"] = tuple(options.key_command)
    if options.headers:
        given["headers"] = tuple(options.headers.items())
    given |= {name: value for name in _TEXTS if (value := getattr(options, name))}
    if options.context:
        said = options.context.model_dump(exclude_none=True)
        given |= {f"context_{name}": value for name, value in said.items()}
    if options.timeouts:
        given["timeouts"] = Timeouts(**options.timeouts.model_dump())
    if options.actions and options.actions.hide:
        given["hidden_actions"] = frozenset(options.actions.hide)
    if options.limits:
        given["limits"] = Limits(**options.limits.model_dump())
    if options.providers and options.providers.allowed is not None:
        given["allowed"] = tuple(options.providers.allowed)
    if options.oauth:
        named = options.oauth.model_dump(exclude_none=True)
        given["oauth"] = OAuth(**{name: value.strip() for name, value in named.items()})
    return Settings(**given, fault=fault)
