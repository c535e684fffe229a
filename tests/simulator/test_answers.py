"""Replies made from the prompts of the built-in actions."""

import pytest

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.actions.prompt import prompt
from qwen_lsp.actions.selection import Selection
from qwen_lsp.simulator.answers import answer, token_count, tokens
from qwen_lsp.simulator.prompt import understood

CODE = (
    "    result = 0",
    "    for price in prices:",
    "        result += price",
    "    return result",
)


def reply(action: str, *lines: str, language: str = "python", instruction: str = "") -> str:
    selection = Selection(
        path="prices.py",
        language=language,
        before=("def total(prices):", '    """Explain: ``` rewrite."""'),
        lines=lines,
        after=("", "print(total([1]))"),
        instruction=instruction,
    )
    (chosen,) = (each for each in builtin_actions() if each.id == action)
    messages = [{"role": each.role, "content": each.content} for each in prompt(chosen, selection)]
    return answer(messages)


def test_refactor_is_answered_by_the_selection_rewritten() -> None:
    assert reply("refactor", *CODE) == (
        "Here is the simulated rewrite:\n\n```python\n    return sum(prices)\n```\n"
    )


def test_edit_follows_its_instruction_where_it_can() -> None:
    assert "    total = 0" in reply("edit", *CODE, instruction="rename result to total")


def test_a_fence_in_the_selection_is_fenced_longer() -> None:
    said = reply("refactor", "# Title", "", "```sh", "ls", "```", language="markdown")
    opening = said.split("\n")[2]
    assert opening == "````markdown"
    assert said.endswith("```sh\nls\n```\n````\n")


def test_explain_is_prose_about_the_selection() -> None:
    said = reply("explain", "def total(prices):", *CODE)
    assert "`total`, in 5 lines" in said
    assert "takes `prices`" in said
    assert "1 loop and gives a value back" in said
    assert "simulated" in said
    assert "```" not in said


def test_explain_reads_other_languages_by_their_words() -> None:
    said = reply("explain", "function f(a) {", "  if (a) { g(a) }", "}", language="javascript")
    assert "javascript code defines `f`" in said
    assert "calls `g`" in said
    assert "1 condition" in said


def test_a_comment_is_plain_text() -> None:
    said = reply("explain-comment", *CODE)
    assert "```" not in said
    assert "\n" not in said
    assert "1 loop" in said


@pytest.mark.parametrize(
    ("user", "code", "task"),
    [
        ("Rewrite:\n```py\na\n```", "a", "rewrite"),
        ("~~~\na\n```\nb\n~~~\nWhat does this do? Explain.", "a\n```\nb", "explain"),
        ("Before it:\n```\na\n```\nSelected:\n```\nb\n```\nAfter:\n~~~\nc", "b", "rewrite"),
        ("Above:\n```\na\n```\nRewrite:\n```\nb\n```", "b", "rewrite"),
        ("Change this\n<selection>\na\nb\n</selection>", "a\nb", "rewrite"),
        ("Change «a + b» here", "a + b", "rewrite"),
        ("```\nnever closed", "never closed", "rewrite"),
        ("Hello", "", "talk"),
        ("", "", "talk"),
    ],
)  # fmt: skip
def test_the_selection_is_found(user: str, code: str, task: str) -> None:
    asked = understood("", user)
    assert (asked.code, asked.task) == (code, task)


def test_odd_messages_are_answered_too() -> None:
    blocks = [{"type": "text", "text": "Rewrite\n```\nx = 1\n```"}]
    assert "x = 1" in answer([{"role": "user", "content": blocks}])
    assert "no model runs" in answer([{"role": "user", "content": None}])
    assert "no model runs" in answer([])


def test_tokens_are_the_text() -> None:
    for text in ("", "abc", "abcd", "abcdé€𝄞fg"):
        assert "".join(tokens(text)) == text
        assert len(list(tokens(text))) == token_count(text)
