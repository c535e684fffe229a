"""How many tokens a model reads at once, out of the many forms in which services say it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Engine = Literal["ollama", "llamacpp", "lmstudio"]
"""An engine that says more about its windows than its list of models does."""

_IN_ROW = ("loaded_context_length", "max_model_len", "context_length", "context_window")
_SET = re.compile(r"^num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)
_NO_FIELDS: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Window:
    """A window in tokens. `is_assumed`: the engine opens it when it loads the model, maybe wider.

    `cuts`: what does not fit is left out of a prompt without a word.
    """

    tokens: int
    is_assumed: bool = False
    cuts: bool = False


def window_in_list(body: bytes, model: str) -> int | None:
    """The window in a list of models: vLLM and SGLang (`max_model_len`), OpenRouter, LM Studio."""
    row = next(_rows_of(body, model), _NO_FIELDS)
    counts = (_count(row.get(name)) for name in _IN_ROW)
    return next(filter(None, counts), None)


def engine_in_list(body: bytes) -> Engine | None:
    """The engine that a list of models comes from, by whom it calls the models' owner."""
    owners = [row.get("owned_by") for row in _rows(body)]
    if "llamacpp" in owners:
        return "llamacpp"
    return "ollama" if "library" in owners else None


def window_in_props(body: bytes) -> int | None:
    """The window of one slot in llama.cpp's `/props`."""
    settings = _fields(_decoded(body).get("default_generation_settings"))
    return _count(settings.get("n_ctx"))


def window_in_ps(body: bytes, model: str) -> int | None:
    """The window that Ollama has opened for a model, in `/api/ps`; None where it isn't loaded."""
    row = next(_rows_of(body, model), _NO_FIELDS)
    return _count(row.get("context_length"))


def window_in_show(body: bytes) -> int | None:
    """The window that a model of Ollama's asks for itself, in `/api/show`; None where for none."""
    parameters = _decoded(body).get("parameters")
    found = _SET.search(parameters) if isinstance(parameters, str) else None
    return int(found[1]) or None if found else None


def _rows_of(body: bytes, model: str) -> Iterator[Mapping[str, Any]]:
    """The rows about `model`; Ollama's names have a tag that may be left out."""
    names = (model, f"{model}:latest")
    for row in _rows(body):
        if any(row.get(key) in names for key in ("id", "name", "model")):
            yield row


def _rows(body: bytes) -> Iterator[Mapping[str, Any]]:
    fields = _decoded(body)
    for name in ("data", "models"):
        rows = fields.get(name)
        yield from map(_fields, rows if isinstance(rows, list) else ())


def _decoded(body: bytes) -> Mapping[str, Any]:
    try:
        return _fields(json.loads(body))
    except (ValueError, RecursionError):
        return _NO_FIELDS


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NO_FIELDS


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 and value is not True else None
