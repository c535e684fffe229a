"""The names in a service's list of models, out of the many forms in which services give it."""

import json
import re
from collections.abc import Iterator, Mapping

_MOST = 2000
_LONGEST = 200
# What can't answer in text, by what services call it: pictures, voices, vectors.
_OTHER = re.compile(
    r"embed|rerank|bge-|gte-|\btts\b|\basr\b|speech|voice|audio|whisper|livetranslate|realtime"
    r"|image|wan[x\d]|t2[iv]|i2[iv]|video|diffusion|flux|ocr|moderation|guard|-mt-",
    re.IGNORECASE,
)


def names_of(body: bytes) -> tuple[str, ...] | None:
    """The names, those that answer in text first, each as the service orders them.

    Known forms: OpenAI's `{"data": [{"id"}]}` (`null` where Ollama has none), Ollama's own
    `{"models": [{"name"}]}`, both at once (llama.cpp), a bare list, names without an object.
    None where `body` is no list of models.
    """
    try:
        rows = _rows(json.loads(body))
    except (ValueError, RecursionError):
        return None
    if rows is None:
        return None
    answers = dict(_named(rows))
    text = [name for name, is_text in answers.items() if is_text]
    others = [name for name, is_text in answers.items() if not is_text]
    return tuple((text + others)[:_MOST])


def _rows(value: object) -> list[object] | None:
    if isinstance(value, Mapping):
        lists = [value[key] for key in ("data", "models") if key in value]
        if not lists:
            return None
        value = next((rows for rows in lists if rows), []) or []
    return value if isinstance(value, list) else None


def _named(rows: list[object]) -> Iterator[tuple[str, bool]]:
    """Name by name, and whether it answers in text."""
    for row in rows:
        fields = row if isinstance(row, Mapping) else {"id": row}
        name = next((fields[key] for key in ("id", "name", "model") if fields.get(key)), "")
        if isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= _LONGEST:
            yield name.strip(), _answers_in_text(name, fields)


def _answers_in_text(name: str, fields: Mapping[str, object]) -> bool:
    """By what the service says of the model (OpenRouter, LM Studio), else by its name."""
    about = fields.get("architecture")
    said = about.get("output_modalities") if isinstance(about, Mapping) else None
    if isinstance(said, list):
        return "text" in said
    if fields.get("type") in ("llm", "vlm", "embeddings"):
        return fields["type"] != "embeddings"
    return not _OTHER.search(name)
