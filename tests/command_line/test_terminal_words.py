"""Sentences for editors, as a terminal says them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import qwen_lsp
from qwen_lsp.command_line.terminal_words import in_terminal

SERVER = Path(qwen_lsp.__file__).parent
SPEAK_IN_BOTH = (
    "account", "diagnosis", "model", "errors.py", "services/login_command.py",
    "services/messages.py", "services/provider_settings.py", "services/resolution.py",
    "services/services.py",
)  # fmt: skip
EDITORS = re.compile(
    r"Qwen: [A-Z]|qwen\.(model|baseUrl|provider|oauth\.\w+|caBundle)\b|the action\b"
    r"|the editor again"
)
NOT_SAID = ("qwen.provider", "qwen.model", "qwen.caBundle")
"""Names of settings as such, and not in a sentence."""


@pytest.mark.parametrize(
    ("editors", "terminals"),
    [
        ("It broke; run the action again in a while.", "It broke; try again in a while."),
        (
            "It is gone; choose one with qwen.model.",
            "It is gone; choose one with `qwen-lsp use PROVIDER MODEL`.",
        ),
        (
            "No model is chosen for a; set qwen.model to its name.",
            "No model is chosen for a; choose one with `qwen-lsp use PROVIDER MODEL`.",
        ),
        (
            "Run `qwen-lsp models`, then set qwen.model.",
            "Run `qwen-lsp models`, then choose one with `qwen-lsp use PROVIDER MODEL`.",
        ),
        (
            "It is not known; set qwen.baseUrl.",
            "It is not known; say it with --base-url ADDRESS, as `qwen-lsp use` takes it.",
        ),
        (
            "It sends requests along; set qwen.baseUrl to the address itself.",
            "It sends requests along; give --base-url the address itself.",
        ),
        ("Check qwen.baseUrl and the proxy.", "Check --base-url and the proxy."),
        (
            "Nobody is signed in there yet; run Qwen: Sign in, or qwen-lsp login --provider a.",
            "Nobody is signed in there yet; run qwen-lsp login --provider a.",
        ),
        (
            "Nobody is signed in at a; run Qwen: Sign in.",
            "Nobody is signed in at a; run `qwen-lsp login`.",
        ),
        ("Set A_KEY and start the editor again.", "Set A_KEY."),
        ("Set A_KEY, and B, and start the editor again.", "Set A_KEY, and B."),
        (
            "The sign-in of qwen.oauth is not set up yet; set qwen.oauth.clientId to an id.",
            "Say with --client-id an id.",
        ),
        (
            "a names itself b: set qwen.oauth.issuer to that.",
            "a names itself b: say that with --issuer.",
        ),
        ("Use a key with another qwen.provider.", "Use a key with another provider."),
        ("All is well.", "All is well."),
    ],
)
def test_what_one_does_in_a_terminal(editors: str, terminals: str) -> None:
    assert in_terminal(editors) == terminals


def sentences() -> Iterator[str]:
    """All that is said, as far as it stands in one piece."""
    for name in SPEAK_IN_BOTH:
        path = SERVER / name
        for file in path.rglob("*.py") if path.is_dir() else (path,):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            documentation = {
                id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)
            }
            for each in ast.walk(tree):
                if isinstance(each, ast.Constant) and id(each) not in documentation:
                    yield str(each.value)


def test_no_sentence_sends_who_is_in_a_terminal_to_an_editor() -> None:
    said = [each for each in sentences() if each not in NOT_SAID]
    assert sum(bool(EDITORS.search(each)) for each in said) > 30
    left = [in_terminal(each) for each in said if EDITORS.search(in_terminal(each))]
    assert left == []
