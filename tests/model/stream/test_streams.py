"""Sections 5 and 7 of the facts: each stream of the table, whole, cut at every byte, cut off."""

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.errors import ModelError
from qwen_lsp.model.chat import Kept, Piece, Text, Thought, Usage
from qwen_lsp.model.failures.failures import FailureContext
from qwen_lsp.model.responses import ResponsesReader
from qwen_lsp.model.stream.chunks import ChunkReader
from qwen_lsp.model.stream.sse import EventReader
from tests.actions.reply.reading import LINE, code

from .failing_streams import ALL, FAILURES
from .streams import WHOLE, Sent, sse
from .test_receive import Body, listen

ASKED = FailureContext(service="Ollama", host="127.0.0.1:11434", model="qwen3-coder")


class Read:
    """What was read of some blocks of bytes of `sent`, and how that ended."""

    def __init__(self, sent: Sent, *blocks: bytes) -> None:
        self.pieces: list[Piece] = []
        self.failure: ModelError | None = None
        reply = ResponsesReader(ASKED, Kept("", 3)) if sent.is_response else ChunkReader(ASKED)
        try:
            self._read(reply, blocks)
        except ModelError as error:
            self.failure = error

    def _read(self, reply: ChunkReader, blocks: tuple[bytes, ...]) -> None:
        events = EventReader()
        for block in blocks:
            for event in events.feed(block):
                self.pieces += reply.read(event)
        for event in events.close():
            self.pieces += reply.read(event)
        self.pieces += reply.end()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Text))

    @property
    def thought(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Thought))

    @property
    def usage(self) -> Usage | None:
        return next((piece for piece in self.pieces if isinstance(piece, Usage)), None)

    def is_what(self, sent: Sent) -> bool:
        """Whether it is what becomes of `sent`."""
        meaning = self.failure.meaning if self.failure else None
        found = (self.text, self.thought, self.usage, meaning)
        return found == (sent.text, sent.thought, sent.usage, sent.fails)


def named(sent: Sent) -> str:
    return sent.id


def cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    """The blocks of a stream that is cut there."""
    edges = sorted({min(place, len(stream)) for place in places} | {0, len(stream)})
    return [stream[start:end] for start, end in itertools.pairwise(edges)]


@pytest.mark.parametrize("sent", ALL, ids=named)
def test_what_becomes_of_it(sent: Sent) -> None:
    read = Read(sent, sent.stream)
    assert (read.text, read.thought, read.usage) == (sent.text, sent.thought, sent.usage)
    assert (read.failure.meaning if read.failure else None) == sent.fails
    assert sent.says in str(read.failure)


@pytest.mark.parametrize("sent", ALL, ids=named)
def test_a_cut_at_every_byte_changes_nothing(sent: Sent) -> None:
    stream = sent.stream
    for place in range(len(stream) + 1):
        assert Read(sent, stream[:place], stream[place:]).is_what(sent), place
    assert Read(sent, *(bytes([byte]) for byte in stream)).is_what(sent)


@given(st.sampled_from(ALL), st.lists(st.integers(0, 2000), max_size=12))
def test_any_cuts_change_nothing(sent: Sent, places: list[int]) -> None:
    assert Read(sent, *cut(sent.stream, places)).is_what(sent)


@pytest.mark.parametrize("sent", WHOLE, ids=named)
def test_a_stream_that_ends_at_any_byte_is_whole_or_known_as_cut(sent: Sent) -> None:
    """What came of it is never more than the text, and never passes for all of it."""
    for place in range(len(sent.stream)):
        read = Read(sent, sent.stream[:place])
        if read.failure is None:
            assert read.text == sent.text, place
        else:
            assert read.failure.meaning == "cut", place
            assert sent.text.startswith(read.text), place


@pytest.mark.parametrize("sent", FAILURES, ids=named)
def test_a_failing_stream_that_ends_at_any_byte_never_passes_for_a_reply(sent: Sent) -> None:
    """`fails`, or it is cut; the words of an error are never text."""
    for place in range(len(sent.stream)):
        read = Read(sent, sent.stream[:place])
        assert read.failure is not None, place
        assert sent.text.startswith(read.text), place


@given(st.sampled_from(ALL), st.sampled_from(WHOLE), st.integers(0, 5))
def test_what_comes_after_done_is_not_read(sent: Sent, other: Sent, more: int) -> None:
    if sent.fails or b"[DONE]\n\n" not in sent.stream:
        return
    assert Read(sent, sent.stream, *[other.stream] * more).is_what(sent)


CHATS = [sent for sent in ALL if not sent.is_response and sent.fails != "account"]


@given(st.sampled_from(CHATS), st.lists(st.integers(0, 600), max_size=6))
@settings(max_examples=200)
def test_over_http_cuts_change_nothing_either(sent: Sent, places: list[int]) -> None:
    heard = listen(Body(*((0.0, block) for block in cut(sent.stream, places))))
    assert (heard.text, heard.meaning) == (sent.text, sent.fails)


@pytest.mark.parametrize("leaked", ["<think>\nHm.\n</think>\n\n", "Hm.\n</think>\n\n"])
def test_leaked_thinking_is_no_part_of_the_code(leaked: str) -> None:
    """Section 7, the last item of the tolerance list."""
    reply = leaked + "```\nx = 2\n```"
    read = Read(WHOLE[0], sse(*({"choices": [{"delta": {"content": letter}}]} for letter in reply)))
    assert read.text == reply
    assert code(LINE, read.text) == "x = 2"
