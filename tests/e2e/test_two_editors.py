"""Two editors of one user, each with a server of its own, and a home that they share."""

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .editor import Editor
from .sample import ABOVE, BELOW, CODE
from .service import approve, settings_of


async def test_two_sign_ins_at_once_end_in_one_token(home: Home, simulator: Simulator) -> None:
    """Each shows a code; its user approves that of the first editor, and both go on with it."""
    simulator.turn(pace=0, interval=1)
    settings = settings_of(simulator)
    async with home.editor(settings) as first, home.editor(settings) as second:
        asked = [await editor.command("qwen.signIn") for editor in (first, second)]
        assert asked[0]["userCode"] != asked[1]["userCode"]
        await approve(asked[0]["verificationUriComplete"])
        for editor in (first, second):
            await until_signed_in(editor)
            assert await refactored(editor) == "done"
        assert len(simulator.authorization.tokens.secrets()) == 2
        assert {chat.paid_by for chat in simulator.chats()} == {"sign-in"}
        for editor in (first, second):
            editor.shown_documents.clear()


async def until_signed_in(editor: Editor) -> None:
    await editor.until(lambda: any("You are signed in" in text for _, text in editor.said))


async def refactored(editor: Editor) -> str:
    file = editor.open(ABOVE + CODE + BELOW)
    ended = await editor.end_of(await editor.run("refactor", file, CODE))
    return str(ended["outcome"])
