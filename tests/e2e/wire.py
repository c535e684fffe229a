"""What crosses the wire, as it came."""

import asyncio


def keep(stream: asyncio.StreamReader | None, kept: bytearray) -> None:
    """From now on `kept` gets all that `stream` gives."""
    assert stream
    feed = stream.feed_data

    def feed_and_keep(received: bytes) -> None:
        kept.extend(received)
        feed(received)

    stream.feed_data = feed_and_keep  # type: ignore[method-assign, assignment]
