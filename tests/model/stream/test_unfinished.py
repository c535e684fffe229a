"""Sections 5.1 and 7 of the facts: what is said of a reply that is not whole."""

from typing import Any

import pytest

from qwen_lsp.errors import ReplyCut
from qwen_lsp.model.stream.sse import Event

from .test_chunks import FINISH, pieces, say


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
