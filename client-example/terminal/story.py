"""What happens in the demonstration, from the sign-in to the end."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import sample
from client import Client
from screen import Screen

from qwen_lsp.model.catalog.providers import Provider

_SIGN_IN_SECONDS = 300
_JOB_SECONDS = 600


class Failed(Exception):
    """The demonstration can't go on; the text says why."""


@dataclass(frozen=True)
class Pauses:
    """Seconds for a human's eyes and fingers."""

    look: float = 1.2
    key: float = 0.035


async def tell(client: Client, screen: Screen, provider: Provider, pauses: Pauses) -> float:
    """Plays the whole story; how many seconds the refactoring took. Raises Failed."""
    if provider.sign_in:
        await _sign_in(client, screen)
    await asyncio.sleep(pauses.look)
    screen.step("Explain", "the first function is selected")
    _check(await asyncio.wait_for(client.run("explain", *sample.EXPLAINED), _JOB_SECONDS))
    await asyncio.sleep(pauses.look)
    screen.step("Refactor", "all functions are selected, and somebody types above and below")
    began = time.monotonic()
    typing = asyncio.create_task(_type(client, pauses))
    try:
        _check(await asyncio.wait_for(client.run("refactor", *sample.REFACTORED), _JOB_SECONDS))
        took = time.monotonic() - began
        if client.editor.was_edited.is_set():
            await typing
    finally:
        typing.cancel()
    screen.step("Done", "the reply stands in place of the selection, the typing where it was typed")
    await asyncio.sleep(pauses.look)
    return took


async def _sign_in(client: Client, screen: Screen) -> None:
    answer = await client.sign_in()
    if answer["status"] == "failed":
        raise Failed(answer["message"])
    if answer["status"] == "pending":
        screen.step("Sign in", f"the code is {answer['userCode']}")
    await asyncio.wait_for(client.until_signed_in(), _SIGN_IN_SECONDS)


async def _type(client: Client, pauses: Pauses) -> None:
    """Types below, then above, from the first edit on, a key at a time."""
    editor = client.editor
    await editor.was_edited.wait()
    for key in sample.BELOW:
        editor.type(len(editor.text), key)
        await asyncio.sleep(pauses.key)
    place = editor.text.index(sample.ABOVE_AT) + len(sample.ABOVE_AT)
    for offset, key in enumerate(sample.ABOVE):
        editor.type(place + offset, key)
        await asyncio.sleep(pauses.key)


def _check(ended: dict[str, Any]) -> None:
    if ended["outcome"] not in ("done", "answered"):
        raise Failed(ended.get("message") or f"The job ended as {ended['outcome']}.")
