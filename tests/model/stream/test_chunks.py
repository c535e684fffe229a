"""Section 5.2 and 7 of the facts: what services send in a stream, and what becomes of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.errors import ModelError
from qwen_lsp.model.chat import Piece, Text, Thought, Usage
from qwen_lsp.model.failures.failures import FailureContext
from qwen_lsp.model.stream.chunks import ChunkReader
from qwen_lsp.model.stream.sse import Event

ASKED = FailureContext(service="Ollama", host="127.0.0.1:11434", model="qwen3-coder")
FINISH = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def say(text: object, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, **fields}]}


def pieces(*chunks: object, done: bool = True, limit: int | None = None) -> list[Piece]:
    """The pieces of a stream of chunks; an Event stands for itself."""
    reader = ChunkReader(ASKED, limit=limit)
    found: list[Piece] = []
    for chunk in (*chunks, *([Event("[DONE]")] if done else [])):
        event = chunk if isinstance(chunk, Event) else Event(json.dumps(chunk))
        found += reader.read(event)
    return found + list(reader.end())


def text_of(found: list[Piece]) -> str:
    return "".join(piece.text for piece in found if isinstance(piece, Text))


def test_a_finish_is_enough() -> None:
    assert text_of(pieces(say("Hello"), FINISH, done=False)) == "Hello"


def test_a_character_in_halves() -> None:
    halves = [Event('{"choices":[{"delta":{"content":"a\\ud83d"}}]}')]
    halves += [Event('{"choices":[{"delta":{"content":"\\ude00b"}}]}')]
    assert text_of(pieces(*halves)) == "a😀b"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_is_no_part_of_the_reply(name: str) -> None:
    found = pieces({"choices": [{"delta": {name: "Hm. ", "content": ""}}]}, say("Hello"))
    assert found == [Thought("Hm. "), Text("Hello")]


USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


@pytest.mark.parametrize(
    "chunks",
    [
        (say("a"), FINISH, {"choices": [], "usage": USAGE}),
        (say("a"), {**FINISH, "usage": USAGE}),
        ({**say("a"), "usage": USAGE}, {**FINISH, "usage": USAGE}),
        ({**say("a"), "usage": None}, {"choices": [{"delta": {}, "usage": USAGE}]}),
        # Ollama puts zeros into each chunk.
        ({**say("a"), "usage": {"prompt_tokens": 0}}, {"choices": [], "usage": USAGE}),
        (say("a"), {"usage": USAGE}),
    ],
)
def test_usage_wherever_it_stands(chunks: tuple[Any, ...]) -> None:
    found = [piece for piece in pieces(*chunks) if isinstance(piece, Usage)]
    assert found == [Usage(12, 8, 5, 2)]


def test_odd_usage() -> None:
    usage = {"input_tokens": 3, "output_tokens": "5", "prompt_tokens_details": None}
    assert pieces(say("a"), {"choices": [], "usage": usage})[-1] == Usage(prompt_tokens=3)
    assert pieces(say("a"), Event('{"usage": {"prompt_tokens": 1e999}}')) == [Text("a")]
    assert pieces(say("a"), {"usage": [1]}) == [Text("a")]


def test_what_came_before_the_cut_is_given() -> None:
    reader = ChunkReader(ASKED)
    found = list(reader.read(Event(json.dumps(say("Hello", finish_reason="length")))))
    found += reader.read(Event(json.dumps({"choices": [], "usage": USAGE})))
    assert text_of(found) == "Hello"
    assert found[-1] == Usage(12, 8, 5, 2)


def test_special_tokens_come_back() -> None:
    reader = ChunkReader(ASKED, restores_tokens=True)
    found = [*reader.read(Event(json.dumps(say("x = '< |im_")))), *reader.read(Event("[DONE]"))]
    found = list(reader.read(Event(json.dumps(say("late")))))
    assert found == []
    assert text_of(list(reader.end())) == "< |im_"


def test_special_tokens_come_back_across_chunks() -> None:
    reader = ChunkReader(ASKED, restores_tokens=True)
    found: list[Piece] = []
    for text in ("x = '<", " |im", "_end|>'", "\n"):
        found += reader.read(Event(json.dumps(say(text))))
    found += reader.read(Event("[DONE]"))
    assert text_of(found + list(reader.end())) == "x = '<|im_end|>'\n"


FIELDS = [
    "choices",
    "delta",
    "content",
    "usage",
    "error",
    "code",
    "message",
    "type",
    "finish_reason",
    "index",
    "object",
    "prompt_tokens",
    "reasoning",
    "detail",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4), st.booleans())
def test_nothing_but_a_model_error_comes_of_any_json(chunks: list[object], done: bool) -> None:
    try:
        found = pieces(*chunks, done=done)
    except ModelError:
        return
    assert text_of(found)
