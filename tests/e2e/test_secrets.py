"""Whole sessions, searched for every token, code, verifier and key that was in them."""

import io
import logging
import sys

import httpx
from lsprotocol import types

from qwen_lsp.errors import UNEXPECTED
from qwen_lsp.log import Redacting
from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.simulator.service import Simulator
from tests.support.link import Link

from .conftest import Home
from .editor import Editor, Json
from .sample import ABOVE, BELOW, CODE
from .service import settings_of, sign_in

KEY = "sk-simulator-4f1e9ab27c53d068"
BARE_KEY = "Zq81-no-shape-at-all-77Lk"
"""A key that only its whereabouts tell to be one."""

SECONDS_OF_A_SHORT_TOKEN = 5


def find_nothing(home: Home, editor: Editor, secrets: frozenset[str]) -> None:
    """Not even a part of a secret is in what was sent, logged, or written beside the sign-in."""
    written = {path: path.read_bytes() for path in home.files() if path.parent.name != "sign-ins"}
    logs = [text for path, text in written.items() if path.suffix == ".log"]
    assert len(logs) == 1
    assert logs[0].strip() == bytes(editor.stderr).strip()
    places = {str(path): text for path, text in written.items()}
    places |= {"the wire": bytes(editor.wire), "stderr": bytes(editor.stderr)}
    assert all(text for path, text in places.items() if not path.endswith(".lock"))
    for secret in secrets:
        for part in (secret[:16], secret[-16:]):
            assert [where for where, text in places.items() if part.encode() in text] == []


async def refactor(editor: Editor, text: str = "") -> Json:
    """How a job ends whose document is closed afterwards."""
    file = editor.open(ABOVE + CODE + BELOW)
    ended = await editor.end_of(await editor.run("refactor", file, CODE))
    if text:
        assert text in ended["message"]
        assert file.text == ABOVE + CODE + BELOW
    else:
        assert ended["outcome"] == "done", ended
    editor.close(file)
    return ended


async def test_a_whole_session(home: Home, simulator: Simulator) -> None:
    """Signed in, renewed twice, refused, cut, paid by key, signed out."""
    simulator.turn(pace=0, token_lifetime=SECONDS_OF_A_SHORT_TOKEN)
    by_key = home.pays(simulator, KEY)
    home.environ["DASHSCOPE_API_KEY"] = BARE_KEY
    async with home.editor(settings_of(simulator)) as editor:
        await sign_in(editor)
        await refactor(editor)
        for knobs in ({"refuse": "401"}, {"refuse": "waf"}, {"fault": "object"}):
            simulator.turn(**knobs)
            await refactor(editor, ".")
            simulator.turn(refuse=None, fault=None)
        await editor.command("qwen.showStatus")
        signed_in = [chat for chat in simulator.chats() if chat.paid_by == "sign-in"]
        editor.set_configuration({"qwen": by_key})
        editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        await refactor(editor)
        assert simulator.chats()[-1].paid_by == "key"
        assert await editor.command("qwen.signOut", provider="simulator") == {"status": "signedOut"}
    assert len(signed_in) > 3
    secrets = simulator.authorization.secrets()
    # Two tokens for each of the renewals and the sign-in, a device code, its verifier.
    assert len(secrets) >= 8
    find_nothing(home, editor, secrets | {KEY, BARE_KEY})


async def test_crashes(home: Home, simulator: Simulator) -> None:
    """Each kind of request dies of an exception that nobody expects."""
    simulator.turn(pace=0, token_lifetime=SECONDS_OF_A_SHORT_TOKEN)
    command = (sys.executable, "-m", "tests.e2e.crashing_server")
    async with home.editor(settings_of(simulator), command=command) as editor:
        await editor.command("qwen.signIn")
        await editor.until(lambda: UNEXPECTED in [text for _, text in editor.said])
        editor.shown_documents.clear()
        await sign_in(editor)
        # The renewal dies, then the request itself, then all goes well.
        await refactor(editor, UNEXPECTED)
        await refactor(editor, UNEXPECTED)
        await refactor(editor)
    assert editor.stderr.count(b"RuntimeError: ") >= 3
    find_nothing(home, editor, simulator.authorization.secrets())


async def test_a_crash_whose_text_is_a_bare_key() -> None:
    """In this process: nothing around the key says that it is one."""

    def crash(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(request.headers["authorization"].removeprefix("Bearer "))

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Redacting())
    logging.getLogger("qwen_lsp").addHandler(handler)
    environ = {"OPENAI_API_KEY": BARE_KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    server = create_server(http=Http(transport=httpx.MockTransport(crash)), environ=environ)
    link = Link(server)
    settings = {"provider": "custom", "model": "m", "baseUrl": environ["OPENAI_BASE_URL"]}
    await link.initialize(initializationOptions=settings)
    uri = link.open(CODE)
    place = {"line": 0, "character": 0}
    asked = {"action": "explain", "uri": uri, "range": {"start": place, "end": place}}
    await link.request("workspace/executeCommand", command="qwen.run", arguments=[asked])
    shown = await link.wait_for({"method": "window/showMessage"})
    await server.close()
    logging.getLogger("qwen_lsp").removeHandler(handler)
    assert shown["params"]["message"] == UNEXPECTED
    assert "RuntimeError" in written.getvalue()
    assert BARE_KEY not in written.getvalue()
    assert BARE_KEY not in str(link.received)
