"""What the settings.json of Qwen Code (0.24) says of keys and models, and whom it would ask."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import base_url_of
from qwen_lsp.model.catalog.providers import providers

from .places import OPENAI, Choice, Form, KeyPlace, Known, Service

# Qwen Code allows comments, but no comma too many.
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]+)\})")
_OLD_KEY = "security.auth.apiKey"
_SIGN_IN, _CUSTOM = "qwen-oauth", "custom"


def read_settings(
    text: bytes, path: str, environ: Mapping[str, str], *, is_users: bool
) -> tuple[KeyPlace, Choice]:
    """What the file at `path` says. What is no JSON, or of a wrong type, says nothing.

    `$NAME` and `${NAME}` stand for variables of `environ`, in the user's own file alone: a
    workspace's could send the user's secrets away by it.
    """
    read = _json(text)
    form: Form = "settings" if isinstance(read, dict) else "unreadable"
    held = _object(read)
    if is_users:
        held = _object(_expanded(held, environ))
    auth = _object(_object(held.get("security")).get("auth"))
    variables = {
        name: value for name, value in _object(held.get("env")).items() if isinstance(value, str)
    }
    services = [*_services(_object(held.get("modelProviders")).get("openai"))]
    if old := _text(auth.get("apiKey")):
        variables[_OLD_KEY] = old
        services.append(Service(_text(auth.get("baseUrl")) or OPENAI, _OLD_KEY))
    place = KeyPlace(path, variables, tuple(services), is_users=is_users, form=form)
    return place, _choice(held, auth, place)


def _choice(held: Mapping[str, Any], auth: Mapping[str, Any], place: KeyPlace) -> Choice:
    model = _text(_object(held.get("model")).get("name"))
    named = (each.base_url for each in place.services if model and each.model == model)
    return Choice(
        sign_in=_text(auth.get("selectedType")),
        model=model,
        base_url=next(named, None) or _text(auth.get("baseUrl")),
        proxy=_text(held.get("proxy")),
    )


def _services(entries: object) -> list[Service]:
    found = []
    for entry in map(_object, entries if isinstance(entries, list) else []):
        address, variable = _text(entry.get("baseUrl")), _text(entry.get("envKey"))
        if variable:
            found.append(Service(address or OPENAI, variable, _text(entry.get("id"))))
    return found


def _json(text: bytes) -> object:
    try:
        return json.loads(_COMMENT.sub(_kept, text.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return None


def _kept(found: re.Match[str]) -> str:
    return found[1] or " "


def _expanded(value: object, environ: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda name: environ.get(name[1] or name[2], name[0]), value)
    if isinstance(value, list):
        return [_expanded(each, environ) for each in value]
    if isinstance(value, dict):
        return {name: _expanded(each, environ) for name, each in value.items()}
    return value


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


@dataclass(frozen=True)
class Wanted:
    """A provider, and the model to ask there if one is named."""

    provider: str
    model: str | None


def wanted(known: Known) -> Wanted | None:
    """The service that Qwen Code would ask; None where its settings choose none that speaks here.

    What the environment or an .env file says of the address or the model goes before its settings.
    """
    choice = known.choice
    if choice.sign_in == _SIGN_IN:
        return Wanted(_SIGN_IN, choice.model)
    speaks_openai = choice.sign_in == "openai" or (choice.sign_in is None and choice.base_url)
    address = known.address() if speaks_openai else None
    return Wanted(_provider_at(address), known.model()) if address else None


def _provider_at(address: str) -> str:
    try:
        url = base_url_of(address)
    except RequestError:
        return _CUSTOM
    rows = (each.id for each in providers().values() if each.base_url == url)
    return next(rows, _CUSTOM)
