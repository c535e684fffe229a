"""What the model of a scenario says, or what comes in its place."""

import asyncio

import httpx

from .scenario import Block
from .service import Cut, Service, chunk, event, last_chunks, pieces


async def speak(service: Service, block: Block, cut: Cut) -> bool:
    """Says what stands in the block; False if nobody listens.

    `open`: it goes on later; `stream=1`: in the first stream, else in the newest one; `times=3`: it
    refuses so many requests; `after=5`: it asks for a pause of so many seconds.
    """
    if "unreachable" in block.words:
        service.is_down = True
        return True
    if status := block.options.get("status"):
        headers = {"content-type": block.options.get("type", "application/json")}
        if after := block.options.get("after"):
            headers["retry-after"] = after
        service.refusals += [
            httpx.Response(int(status), headers=headers, text=block.text)
            for _ in range(int(block.options.get("times", 1)))
        ]
        return True
    if not service.streams:
        return False
    said = service.streams[int(block.options.get("stream", 0)) - 1].pieces
    for piece in pieces(block.text + ("" if "open" in block.words else "\n"), cut):
        said.put_nowait(chunk(content=piece))
        await asyncio.sleep(0.01)
    for last in _end(block):
        said.put_nowait(last)
    return True


def _end(block: Block) -> list[bytes | None]:
    """What comes after the text; None closes the stream."""
    end: list[bytes | None] = []
    if "thinking" in block.words:
        end.append(chunk(reasoning_content="Hm."))
    if "error" in block.options:
        return [*end, event({"error": {"message": block.options["error"]}}), None]
    if "cut" in block.words:
        return [*end, None]
    return end if "open" in block.words else [*end, *last_chunks(), None]
