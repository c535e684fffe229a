"""What a test does at the simulated service, as a browser and as a reader of what it answered."""

import re

import httpx
from lsprotocol import types

from qwen_lsp.simulator.service import Simulator

from .editor import Editor, Json


def settings_of(simulator: Simulator) -> Json:
    """The settings of who signs in to the simulator."""
    return {"provider": "simulator", "baseUrl": simulator.base_url}


async def approve(page: str) -> None:
    """Opens the page of a sign-in in a browser and presses its button."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        shown = await browser.get(page)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
        pressed = await browser.post(
            str(shown.url.copy_with(query=None)), data=fields | {"decision": "approve"}
        )
    assert pressed.status_code == 200


async def sign_in(editor: Editor) -> Json:
    """Signs in by device flow; gives the answer of `qwen.signIn`."""
    answer: Json = await editor.command("qwen.signIn")
    assert answer["status"] == "pending"
    # The server has the page opened; the address is the one that the answer has.
    await editor.until(lambda: bool(editor.shown_documents))
    opened = editor.shown_documents.pop()
    assert opened == types.ShowDocumentParams(
        uri=answer["verificationUriComplete"], external=True, take_focus=False
    )
    await approve(opened.uri)
    await editor.until(lambda: any("You are signed in" in text for _, text in editor.said))
    return answer


def reply_of(simulator: Simulator) -> str:
    """The last reply that was sent, word for word."""
    sent = simulator.chats()[-1].sent
    assert sent
    return sent.text


def code_of(simulator: Simulator) -> str:
    """The code in the last reply."""
    fenced = re.search(r"^```python\n(.*)\n```$", reply_of(simulator), re.DOTALL | re.MULTILINE)
    assert fenced
    return fenced[1]
