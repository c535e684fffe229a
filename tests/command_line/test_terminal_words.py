"""Sentences for editors, as a terminal says them."""

import re

import pytest

from qwen_lsp.command_line.terminal_words import in_terminal
from qwen_lsp.model.refusals import REFUSALS


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
        ("It is not known; set qwen.baseUrl.", "It is not known; say it with --base-url ADDRESS."),
        (
            "It sends requests along; set qwen.baseUrl to the address itself.",
            "It sends requests along; give --base-url the address itself.",
        ),
        ("Check qwen.baseUrl and the proxy.", "Check --base-url and the proxy."),
        ("All is well.", "All is well."),
    ],
)
def test_what_one_does_in_a_terminal(editors: str, terminals: str) -> None:
    assert in_terminal(editors) == terminals


def test_no_refusal_sends_who_is_in_a_terminal_to_an_editors_settings() -> None:
    for refusal in REFUSALS:
        said = in_terminal(refusal.sentence)
        assert not re.search(r"qwen\.(model|baseUrl)|the action", said), said
