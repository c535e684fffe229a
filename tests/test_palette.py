"""What the server does by command stands in the palette of VS Code, and in the other clients."""

import json
from pathlib import Path

import pytest

from qwen_lsp.lsp.server import COMMANDS

CLIENTS = Path(__file__).parent.parent / "client-example"
WITHOUT_ARGUMENT = (
    "qwen.setUp", "qwen.signIn", "qwen.signOut", "qwen.showStatus", "qwen.diagnose", "qwen.showLog",
    "qwen.stop", "qwen.keep", "qwen.discard", "qwen.retry", "qwen.compare", "qwen.restore",
    "qwen.openExplanation",
)  # fmt: skip


def test_every_command_but_the_one_behind_the_actions_is_in_the_palette() -> None:
    package = json.loads((CLIENTS / "vscode/package.json").read_text(encoding="utf-8"))
    titles = {each["command"]: each["title"] for each in package["contributes"]["commands"]}
    assert COMMANDS.keys() - titles.keys() == {"qwen.run"}
    assert titles["qwen.setUp"] == "Set up a model…"


@pytest.mark.parametrize(
    "file", ["neovim/plugin/qwen.lua", "emacs/qwen-lsp.el", "helix/config.toml"]
)
def test_what_needs_no_argument_can_be_asked_for_in_every_client(file: str) -> None:
    text = (CLIENTS / file).read_text(encoding="utf-8")
    assert [name for name in WITHOUT_ARGUMENT if name not in text] == []
