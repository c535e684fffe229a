"""The bytes of a text/event-stream become its events, wherever the network cut them.

Follows the HTML Standard, section 9.2.6, and forgives two things that it does not: an event that
the end of the stream left without its blank line still counts, and comments are kept, because
some services hide the status of an error in one.
"""

import codecs
import re
from dataclasses import dataclass

EVENT_LIMIT = 8 * 1024 * 1024

# Not str.splitlines: U+2028, U+0085 and form feed may stand in the middle of a line.
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Event:
    """One event: `retry` counts milliseconds, `comments` are those written inside the event."""

    data: str
    event: str = ""
    id: str = ""
    retry: int | None = None
    comments: tuple[str, ...] = ()


class EventTooLong(ValueError):
    """One event holds more characters than a reader keeps."""


class EventReader:
    """Is fed bytes and gives the events that they complete. Keeps one unfinished event at most."""

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._started = False
        self._after_return = False
        self._line: list[str] = []
        self._retry: int | None = None
        self._begin()

    def feed(self, block: bytes) -> list[Event]:
        """The events that end within `block`. Raises EventTooLong."""
        return self._read(self._decoder.decode(block))

    def close(self) -> list[Event]:
        """The event that the end of the stream left unfinished, if there is one."""
        events = self._read(self._decoder.decode(b"", final=True))
        return events + self._read("\n\n")

    def _read(self, text: str) -> list[Event]:
        text = self._without_mark(text)
        if not text:
            return []
        if self._after_return and text[0] == "\n":
            text = text[1:]
        self._after_return = text.endswith("\r")
        *lines, rest = _LINE_END.split(text)
        events = [event for line in lines if (event := self._end_line(line)) is not None]
        self._keep(rest)
        return events

    def _without_mark(self, text: str) -> str:
        """`text` without the byte order mark that may open a stream."""
        if self._started or not text:
            return text
        self._started = True
        return text.removeprefix("\ufeff")

    def _keep(self, rest: str) -> None:
        self._line.append(rest)
        self._size += len(rest)
        if self._size > self._limit:
            raise EventTooLong(f"an event of more than {self._limit} characters")

    def _end_line(self, end: str) -> Event | None:
        self._keep(end)
        line = "".join(self._line)
        self._line.clear()
        if not line:
            return self._end_event()
        name, _, value = line.partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        match name:
            case "":
                self._comments.append(value)
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self._retry = int(value[:9])
            case _:
                pass

    def _end_event(self) -> Event | None:
        """The event, or None when it has no data: then it was only there to keep the line open."""
        data = "\n".join(self._data)
        event = Event(data, self._event, self._id, self._retry, tuple(self._comments))
        self._begin()
        return event if data else None

    def _begin(self) -> None:
        self._size = 0
        self._data: list[str] = []
        self._comments: list[str] = []
        self._event = ""
        self._id = ""
        self._retry = None
