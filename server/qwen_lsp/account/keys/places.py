"""What each place says of keys, and which origin a key of it belongs to, as values."""

import functools
import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import origin_of

if TYPE_CHECKING:
    from qwen_lsp.model.catalog.providers import Provider

OPENAI = "https://api.openai.com/v1"
ADDRESS = "OPENAI_BASE_URL"
MODELS = ("OPENAI_MODEL", "QWEN_MODEL")
COMMAND = "the output of qwen.keyCommand"
STORED = "the keyring or file of qwen-lsp login"


def belongs(url: str, home: str) -> bool:
    """Whether a key of `home` may go to `url`: both lie at one origin. An unsafe one has none."""
    origin = _origin(url)
    return bool(origin) and origin == _origin(home)


@dataclass(frozen=True)
class Key:
    """An API key, and what a sentence calls the place that it came from."""

    source: str
    value: SecretStr


@dataclass(frozen=True)
class Service:
    """An address that a place names, the variable of its key, and the model to ask there."""

    base_url: str
    variable: str
    model: str | None = None


Form = Literal["variables", "settings", "unreadable"]
"""Variables alone, settings of Qwen Code, or what should be such settings and is no JSON."""


@dataclass(frozen=True)
class KeyPlace:
    """What one place says: the environment (`path` is empty), an .env file, Qwen Code's settings.

    What is a workspace's own (not `is_users`) counts for its own keys alone: an address that it
    names gets none of the user's, whoever has trusted it.
    """

    path: str
    variables: Mapping[str, str] = field(repr=False)
    services: tuple[Service, ...] = ()
    is_users: bool = True
    form: Form = "variables"

    def value(self, variable: str) -> str:
        """What it says of a variable; empty where it says nothing."""
        return self.variables.get(variable, "").strip()

    def called(self, variable: str) -> str:
        """What a sentence calls the variable here."""
        return f"{variable} of {self.path}" if self.path else variable


@dataclass(frozen=True)
class Choice:
    """What the settings of Qwen Code choose: its way to sign in, the model, the proxy."""

    sign_in: str | None = None
    model: str | None = None
    base_url: str | None = None
    proxy: str | None = field(default=None, repr=False)
    """Its address may hold a password."""


@dataclass(frozen=True)
class Known:
    """All that is known of keys: those stored, by origin, and the places, first to last."""

    places: tuple[KeyPlace, ...]
    stored: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    choice: Choice = Choice()

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> "Known":
        """What the environment alone says."""
        return cls((KeyPlace("", environ),))

    def address(self) -> str | None:
        """The first address that a place names for any service that speaks OpenAI's."""
        named = (place.value(ADDRESS) for place in self.places)
        return next((address for address in named if address), None) or self.choice.base_url

    def model(self) -> str | None:
        """The model that a place names for such a service, else that of Qwen Code's settings."""
        named = (place.value(name) for place in self.places for name in MODELS)
        return next((model for model in named if model), None) or self.choice.model

    def stored_key(self, url: str) -> Key | None:
        """The key that was stored for the origin of `url`."""
        for origin, value in self.stored.items():
            if belongs(url, origin):
                return Key(STORED, value)
        return None

    def named(self, provider: "Provider") -> Iterator[tuple[KeyPlace, str, str]]:
        """Each key that a place names and that may be this provider's: place, variable, home."""
        for place in self.places:
            names = [(name, self._home(name, place, provider)) for name in provider.key_env]
            names += [(each.variable, each.base_url) for each in self._services(place)]
            for variable, home in names:
                if place.value(variable):
                    yield place, variable, home

    def _services(self, place: KeyPlace) -> Iterator[Service]:
        for each in self.places:
            if each is place or (each.is_users and place.is_users):
                yield from each.services

    def _home(self, variable: str, place: KeyPlace, provider: "Provider") -> str:
        """The address whose origin a variable's key belongs to."""
        if variable != "OPENAI_API_KEY":
            return provider.base_url or ""
        if not place.is_users:
            return place.value(ADDRESS) or OPENAI
        named = (each.value(ADDRESS) for each in self.places if each.is_users)
        return next((address for address in named if address), OPENAI)


@functools.lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Remembered, because a menu compares all services with all places within milliseconds."""
    try:
        return origin_of(url)
    except RequestError:
        return ""


def variables_in(text: bytes) -> Mapping[str, str]:
    """The variables that the file sets. What is not UTF-8, or not to be read, sets none."""
    from dotenv import dotenv_values

    # It would log the numbers of lines that it can't read; the file is not ours to complain of.
    logging.getLogger("dotenv.main").setLevel(logging.CRITICAL)
    try:
        stream = io.StringIO(text.decode("utf-8-sig"))
        found = dotenv_values(stream=stream, interpolate=False)
    except ValueError:
        return {}
    return {name: value for name, value in found.items() if value is not None}
