"""Sections 5.1, 5.2 and 7 of the facts: the errors in a stream, and replies that are not whole."""

import json
from typing import Any

import pytest

from qwen_lsp.errors import ModelError, ReplyCut, ServiceRefused, Unauthorized
from qwen_lsp.model.chat import Piece, Text
from qwen_lsp.model.chunks import ChunkReader
from qwen_lsp.model.sse import Event

from .test_chunks import ASKED, FINISH, pieces, say

ERRORS: dict[str, tuple[Any, type[ModelError], str]] = {
    "5.2, no. 1: an object": (
        {"error": {"message": "model crashed", "type": "x", "code": "boom"}},
        ServiceRefused,
        "Ollama broke the reply off with an error: “model crashed”; run the action again.",
    ),
    "5.2, no. 1: a string": (
        {"error": "model crashed"},
        ServiceRefused,
        "Ollama broke the reply off with an error: “model crashed”; run the action again.",
    ),
    "an error beside choices": ({"error": "x", **say("Hello")}, ServiceRefused, "“x”"),
    "5.2, no. 2: error_finish": (
        say("<429> InternalError.Algo: too many requests", finish_reason="error_finish"),
        ServiceRefused,
        "too many requests from this account",
    ),
    "5.2, no. 3: DashScope's own frame": (
        Event(
            '{"request_id":"1","code":"Throttling.AllocationQuota","message":"Allocated quota '
            'exceeded, please increase your quota limit."}',
            event="error",
            id="1",
            comments=("HTTP_STATUS/429",),
        ),
        ServiceRefused,
        "refuses more for now",
    ),
    "DashScope's own frame without event and status": (
        {"request_id": "1", "code": "Throttling.RateQuota", "message": "limit"},
        ServiceRefused,
        "too many requests from this account",
    ),
    "a status in a comment and text": (
        Event("upstream fell over", comments=("HTTP_STATUS/503",)),
        ServiceRefused,
        "in trouble itself (HTTP 503: “upstream fell over”)",
    ),
    "5.2, no. 4: a status before the message": (
        {"error": {"message": "<429> InternalError.Algo.Rate: slow down"}},
        ServiceRefused,
        "too many requests from this account",
    ),
    "vLLM: a number for a code": (
        {"error": {"message": "engine died", "type": "InternalServerError", "code": 500}},
        ServiceRefused,
        "in trouble itself (HTTP 500: “engine died”)",
    ),
    "vLLM, SGLang: a flat error": (
        {"object": "error", "message": "This model's maximum context length is 8", "code": 400},
        ServiceRefused,
        "too long for qwen3-coder",
    ),
    "llama.cpp: overflow": (
        {"error": {"code": 400, "type": "exceed_context_size_error", "message": "n_ctx"}},
        ServiceRefused,
        "too long for qwen3-coder",
    ),
    "a key that has just expired": (
        {"error": {"code": "invalid_api_key", "message": "invalid access token or token expired"}},
        Unauthorized,
        "did not accept the sign-in or the key",
    ),
    "an event of the name error": (Event('"oh no"', event="error"), ServiceRefused, "“oh no”"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_in_the_stream(name: str) -> None:
    chunk, error, sentence = ERRORS[name]
    reader = ChunkReader(ASKED)
    event = chunk if isinstance(chunk, Event) else Event(json.dumps(chunk))
    shown: list[Piece] = list(reader.read(Event(json.dumps(say("Hello")))))
    with pytest.raises(ModelError) as raised:
        shown += reader.read(event)
    assert type(raised.value) is error
    assert sentence in str(raised.value)
    assert shown == [Text("Hello")]


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        ((), "The reply of Ollama broke off before its end; run the action again."),
        ((say("Hello"),), "The reply of Ollama broke off before its end; run the action again."),
        # What Ollama makes of an error in the middle of a stream.
        ((say("Hello"), say("", finish_reason=None)), "broke off before its end"),
        ((Event("{broken"),), "Ollama sent a broken part of the reply"),
        ((Event("[" * 100_000),), "Ollama sent a broken part of the reply"),
        ((FINISH,), "Ollama sent an empty reply; run the action again."),
        # vLLM may send only this.
        ((Event("[DONE]"),), "Ollama sent an empty reply; run the action again."),
        (
            (say("Hello", finish_reason="length"),),
            "qwen3-coder was cut at the limit of 16 tokens; set qwen.maxTokens higher, or select",
        ),
        # 5.1: the whole budget goes into reasoning.
        (
            (
                {"choices": [{"delta": {"reasoning_content": "Hm"}}]},
                say("", finish_reason="length"),
            ),
            "to the limit of 16 tokens, went into the thinking of qwen3-coder; set qwen.thinking",
        ),
    ],
)
def test_a_reply_that_is_not_whole(chunks: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(ReplyCut) as cut:
        pieces(*chunks, done=False, limit=16)
    assert sentence in str(cut.value)


def test_the_models_own_limit() -> None:
    with pytest.raises(ReplyCut, match="limit of the model's own number of tokens"):
        pieces(say("Hello", finish_reason="length"))


def test_a_content_filter() -> None:
    with pytest.raises(ServiceRefused, match="The content filter of Ollama refused the request"):
        pieces(say("Hello", finish_reason="content_filter"))
