"""Section 7 of the facts on Qwen's services: what a reader of event streams must accept."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.model.stream.sse import Event, EventReader, EventTooLong

ROWS = {
    "LF": (b"data: a\n\n", [Event("a")]),
    "CRLF": (b"data: a\r\n\r\n", [Event("a")]),
    "CR": (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")]),
    "mixed line ends": (b"data: a\r\n\ndata: b\n\r\n", [Event("a"), Event("b")]),
    "no blank after the colon": (b"data:a\n\n", [Event("a")]),
    "only one blank is taken off": (b"data:  a\n\n", [Event(" a")]),
    "many lines of data": (b"data: a\ndata\ndata: b\n\n", [Event("a\n\nb")]),
    "a field without a colon": (b"data\n\ndata: a\n\n", [Event("a")]),
    "unknown fields": (b"date: a\nwhatever\ndata: a\n\n", [Event("a")]),
    "event, id and retry": (
        b"id:1\nevent: error\nretry: 250\ndata: a\n\n",
        [Event("a", event="error", id="1", retry=250)],
    ),
    "a bad retry and a bad id": (b"retry: 1s\nid: a\0b\ndata: a\n\n", [Event("a")]),
    "fields do not stay for the next event": (
        b"event: error\nid: 1\ndata: a\n\ndata: b\n\n",
        [Event("a", event="error", id="1"), Event("b")],
    ),
    "keep-alive comments alone (llama.cpp)": (b":\n\n:\n\n: ping\n\ndata: a\n\n", [Event("a")]),
    "a status in a comment (5.2, no. 3)": (
        b'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"x"}\n\n',
        [Event('{"code":"x"}', "error", "1", comments=("HTTP_STATUS/429",))],
    ),
    "an event without data": (b"event: ping\n\ndata: a\n\n", [Event("a")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [Event("a")]),
    "a second byte order mark is text": (b"data: \xef\xbb\xbfa\n\n", [Event("\ufeffa")]),
    "no blank line at the end (llama.cpp)": (
        b"data: a\n\ndata: [DONE]\n",
        [Event("a"), Event("[DONE]")],
    ),
    "no line end at the end": (b"data: a\n\ndata: b", [Event("a"), Event("b")]),
    "separators that end no line": (
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n\n".encode(),
        [Event("a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg")],
    ),
    "no UTF-8": (b"data: a\xff\xe4\n\n", [Event("a\ufffd\ufffd")]),
    "half a character at the end": (b"data: a\xe4\xb8", [Event("a\ufffd")]),
    "nothing": (b"", []),
    "only blank lines": (b"\n\r\n\r\n\n", []),
}


def read(blocks: list[bytes]) -> list[Event]:
    reader = EventReader()
    return [event for block in blocks for event in reader.feed(block)] + reader.close()


@pytest.mark.parametrize("name", ROWS)
def test_what_services_send(name: str) -> None:
    stream, events = ROWS[name]
    assert read([stream]) == events


@pytest.mark.parametrize("name", ROWS)
def test_every_cut_in_two(name: str) -> None:
    stream, events = ROWS[name]
    for place in range(len(stream) + 1):
        assert read([stream[:place], stream[place:]]) == events


@pytest.mark.parametrize("name", ROWS)
def test_byte_by_byte(name: str) -> None:
    stream, events = ROWS[name]
    assert read([bytes([byte]) for byte in stream]) == events


STREAMS = st.lists(
    st.sampled_from(
        [
            b"data",
            b":",
            b" ",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b"event",
            b"id: 1",
            b"a",
            b"\0",
            b"\xef\xbb\xbf",
            "é中😀\u2028".encode(),
            b"\xe4",
            b"\xff",
            b": c",
            b"retry: 5",
        ]
    ),
    max_size=40,
).map(b"".join)


@given(STREAMS | st.binary(max_size=60), st.lists(st.integers(0, 200)))
def test_any_cut_of_the_bytes_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    blocks = [stream[start:end] for start, end in itertools.pairwise(places)]
    assert read(blocks) == read([stream])


@given(st.lists(st.text(min_size=1).filter(lambda text: not set(text) & {"\r", "\n"})))
def test_every_text_arrives(texts: list[str]) -> None:
    stream = "".join(f"data: {text}\n\n" for text in texts).encode()
    assert [event.data for event in read([stream])] == texts


def test_an_event_comes_with_its_last_byte() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\r") == []
    assert reader.feed(b"\r") == [Event("a")]
    assert reader.feed(b"\ndata: b\n\n") == [Event("b")]


@pytest.mark.parametrize("block", [b"data: aaaa", b"data: a\n", b":\n: aaaaa\n"])
def test_one_event_has_a_limit(block: bytes) -> None:
    reader = EventReader(limit=100)
    with pytest.raises(EventTooLong):
        all(reader.feed(block) == [] for _ in range(50))


def test_many_events_have_none() -> None:
    reader = EventReader(limit=100)
    assert sum(len(reader.feed(b"data: aaaaaaaa\n\n")) for _ in range(1000)) == 1000


def test_the_cost_is_that_of_the_bytes() -> None:
    """A megabyte in one event, fed in small blocks, holds the line once and no more."""
    reader = EventReader()
    reader.feed(b"data: ")
    for _ in range(20_000):
        reader.feed(b"x" * 50)
    (event,) = reader.feed(b"\n\n")
    assert len(event.data) == 1_000_000
