"""Messages out of bytes and into bytes, as LSP 3.17, "Base Protocol", frames them. Does no I/O.

It takes what clients really send: header names in any case, blanks around the colon, bare LF,
empty lines before a header, and headers that it doesn't know. The charset isn't looked at: JSON
says by itself which Unicode encoding it is in.
"""

import re
from collections.abc import Iterator

LONGEST_HEADER = 64 * 1024
LARGEST_BODY = 1024**3

_EMPTY_LINES = re.compile(rb"[\r\n]+")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"(?im)^[ \t]*content-length[ \t]*:[ \t]*([0-9]{1,10})[ \t]*\r?$")


class BadHeader(bytes):
    """A header without a length that can be used; its message is lost."""

    __slots__ = ()


class Splitter:
    """Takes bytes as they arrive and gives the whole bodies among them, or bad headers."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._length: int | None = None

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The bodies that `received` completes."""
        self._received += received
        while (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        if self._length is None:
            if (header := self._header()) is None:
                return None
            length = _LENGTH.search(header)
            if length is None or int(length[1]) > LARGEST_BODY:
                return BadHeader(header)
            self._length = int(length[1])
        if len(self._received) < self._length:
            return None
        body, self._length = self._take(self._length), None
        return body

    def _header(self) -> bytes | None:
        if blank := _EMPTY_LINES.match(self._received):
            del self._received[: blank.end()]
        if end := _END_OF_HEADERS.search(self._received, 0, LONGEST_HEADER):
            return self._take(end.end())
        if len(self._received) >= LONGEST_HEADER:
            return self._take(LONGEST_HEADER)
        return None

    def _take(self, count: int) -> bytes:
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken


def frame(body: bytes) -> bytes:
    """`body` with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
