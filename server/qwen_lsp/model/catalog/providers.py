"""The services that run models: the rows of providers.toml as values."""

import functools
import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from qwen_lsp.model.address import is_loopback_url, is_qwen_host
from qwen_lsp.model.catalog.families import Dialect
from qwen_lsp.model.catalog.window import Engine
from qwen_lsp.model.limits.limiter import Limits

Continues = Literal["partial", "last", "flag"]
"""How a service is asked to go on with a reply; more in `asking_to_go_on` (`stream/resume.py`)."""


@dataclass(frozen=True)
class Provider:
    """One row of providers.toml.

    `base_url` None means that qwen.baseUrl must say it; an empty `default_model` that qwen.model
    must. `key_env` are the environment variables that may hold its key, in order, and `key_from`
    is the page where one gets a key. `dialect` says how thinking is turned off there.
    `system_first` services refuse a request whose first message is no system message.
    `hosts` is the domain that the address must lie under where qwen.baseUrl says it, and the
    provider's keys belong there. `requests_per_minute`, `requests_per_second` and
    `requests_at_once` are held to for each account, and `requests_per_day` is only told, where they
    are known; `holds_by_second` services allow in a second a sixtieth of what a minute allows.
    `limits` says what is known of it in sentences.
    `lists_models` services answer `GET {base_url}/models`. `terms` and `privacy` are the pages of
    the operator that apply to what is sent.
    `continues` says how a cut reply is gone on with, by models whose name, without its vendor and
    in lower case, begins as the pattern `continues_models` says. `keeps_conversations` services
    have the Responses API.
    `sampling` are the fields of sampling that it takes beside OpenAI's, and `has_to_think` are
    models, by how their names begin, whose thinking can't be turned off there. `caches` services
    keep the marked beginning of a prompt. `engine` says how it is asked for its models' windows.
    `vision_model` looks at images where the chosen model doesn't; empty: there is none.
    `start_with` and `get_model_with` are commands for the user to run when the service or the
    model (`{model}`) is not there. `advice` ends a sentence about a refused account or quota.
    """

    id: str
    name: str
    operator: str
    default_model: str
    dialect: Dialect
    base_url: str | None = None
    hosts: str | None = None
    key_env: tuple[str, ...] = ()
    sign_in: bool = False
    needs_key: bool = False
    key_from: str | None = None
    loopback_only: bool = False
    system_first: bool = False
    start_with: str | None = None
    get_model_with: str | None = None
    advice: str | None = None
    lists_models: bool = True
    continues: Continues | None = None
    continues_models: str = ""
    keeps_conversations: bool = False
    sampling: tuple[str, ...] = ()
    has_to_think: tuple[str, ...] = ()
    caches: bool = False
    vision_model: str = ""
    engine: Engine | None = None
    requests_per_minute: int | None = None
    requests_per_second: int | None = None
    requests_at_once: int | None = None
    requests_per_day: int | None = None
    holds_by_second: bool = False
    limits: tuple[str, ...] = ()
    terms: str | None = None
    privacy: str | None = None
    notes: tuple[str, ...] = ()

    def most(self, wanted: Limits) -> Limits:
        """What an account may send at most: what is `wanted`, else what is known."""
        known = Limits(self.requests_per_minute, self.requests_per_second, self.requests_at_once)
        limits = known.overridden(wanted)
        return limits.by_second() if self.holds_by_second else limits

    @property
    def is_local(self) -> bool:
        """Whether it is an engine of the user's own on this machine, at an address of its own."""
        return self.base_url is not None and is_loopback_url(self.base_url)


@functools.cache
def providers() -> Mapping[str, Provider]:
    """All providers by id, in the order of the file, which is the order of the documentation."""
    file = importlib.resources.files("qwen_lsp.model.catalog").joinpath("providers.toml")
    rows = {
        name: _provider(name, row) for name, row in tomllib.loads(file.read_text("utf-8")).items()
    }
    return MappingProxyType(rows)


def dialect_at(host: str, provider: Provider) -> Dialect:
    """How thinking is turned off at `host`: a custom address may be DashScope's."""
    return "dashscope" if is_qwen_host(host) else provider.dialect


def _provider(name: str, row: dict[str, object]) -> Provider:
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    return Provider(id=name, **fields)  # type: ignore[arg-type]  # a test checks the rows' types
