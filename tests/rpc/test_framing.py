"""Headers and bodies on the wire, in pieces of any size (fault 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from qwen_lsp.lsp.rpc.framing import BadHeader, Splitter, frame

from ..support.handlers import run, started

HEADERS = [
    b"content-length:%d\r\n\r\n",
    b"CONTENT-LENGTH :  %d \r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\nX-Other: 1\n\n",
    b"\r\n\r\nContent-Length: %d\r\n\r\n",
]


@pytest.mark.parametrize("header", HEADERS)
def test_headers_are_read_tolerantly(header: bytes) -> None:
    body = '{"é":1}'.encode()
    whole = header % len(body) + body
    assert list(Splitter().feed(whole * 2)) == [body, body]


@given(st.lists(st.binary(max_size=20), max_size=5), st.integers(1, 30))
def test_pieces_of_any_size_give_the_same_messages(bodies: list[bytes], size: int) -> None:
    sent = b"".join(map(frame, bodies))
    splitter = Splitter()
    pieces = (sent[start : start + size] for start in range(0, len(sent), size))
    assert [body for piece in pieces for body in splitter.feed(piece)] == bodies


@pytest.mark.parametrize("header", [b"X: 1", b"Content-Length: -5", b"Content-Length: 9999999999"])
async def test_a_bad_header_is_answered_and_passed_over(header: bytes) -> None:
    _, link = await started()
    link.received.clear()
    link.write(header + b"\r\n\r\n")
    assert link.received[0]["error"]["code"] == types.ErrorCodes.ParseError
    assert "result" in await link.request("shutdown")


def test_a_header_without_end_does_not_grow_for_ever() -> None:
    (bad,) = Splitter().feed(b"x" * 100_000)
    assert isinstance(bad, BadHeader)


async def test_text_that_has_no_utf_8_is_sent_as_an_escape() -> None:
    _, link = await started(commands={"echo": lambda call: call.argument})
    for text in ("é😋中", "half \ud83d"):
        assert (await link.answer(run(link, "echo", {"t": text})))["result"] == {"t": text}
