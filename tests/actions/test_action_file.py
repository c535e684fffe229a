"""Markdown files read as actions, and the sentences for files that can't be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.actions.action import Action, Template
from qwen_lsp.actions.action_file import ActionFault, read_action

WHOLE = """\
---
title: "Say: hello"
description: Greets.
kind: refactor.rewrite
reply: insert-above
needs: nothing
languages: Python, go
model: qwen3-coder-plus
temperature: 0.2
---

## system
You greet.

## user
Greet {{selection}} in {{language}}.

```md
## user
not a heading
```

## example
```document a.py
«x»
```

## example
Another.
"""


def read(text: str, identifier: str = "greet") -> Action:
    action, faults = read_action(identifier, text)
    assert faults == []
    assert action
    return action


def test_a_whole_file() -> None:
    assert read(WHOLE) == Action(
        id="greet",
        title="Say: hello",
        description="Greets.",
        kind="refactor.rewrite",
        reply="insert-above",
        needs="nothing",
        languages=frozenset({"python", "go"}),
        model="qwen3-coder-plus",
        temperature=0.2,
        messages=(
            Template("system", "You greet."),
            Template(
                "user",
                "Greet {{selection}} in {{language}}.\n\n```md\n## user\nnot a heading\n```",
            ),
        ),
        examples=("```document a.py\n«x»\n```", "Another."),
    )


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert read("\ufeff" + WHOLE.replace("\n", "\r\n")) == read(WHOLE)


def test_the_system_message_comes_first() -> None:
    action = read("## user\nDo {{selection}}.\n## system\nYou do.\n")
    assert [each.role for each in action.messages] == ["system", "user"]


def test_what_is_left_out() -> None:
    action = read("---\nreply: replace\n---\n## user\n{{selection}}", "say_hello-twice")
    assert (action.title, action.kind, action.needs) == (
        "Say hello twice",
        "refactor.rewrite",
        "selection",
    )
    assert (action.model, action.temperature, action.languages) == (None, None, frozenset())


def test_a_command_of_qwen_code() -> None:
    action = read("---\ndescription: Reviews code\n---\nReview it. {{args}}\n", "review")
    assert (action.reply, action.kind, action.description) == ("show", "refactor", "Reviews code")
    assert action.uses_instruction
    (message,) = action.messages
    assert message.role == "user"
    assert message.text.startswith("Review it. {{instruction}}\n\n")
    assert "{{fence}}{{language}}\n{{selection}}\n{{fence}}" in message.text


def test_a_prompt_alone() -> None:
    assert read("Explain {{ selection }}!").messages == (
        Template("user", "Explain {{ selection }}!"),
    )
    assert not read("Explain it").uses_instruction


def test_only_what_is_shown_edits_nothing() -> None:
    assert not read("Explain").edits
    assert read("---\nreply: comment-above\n---\nExplain").edits


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("---\ntitle: A\n", 0, "The front matter has no end: close it with a line of ---."),
        ("", 0, "There is no prompt."),
        ("---\ntitle: A\n---\n\n", 3, "There is no prompt."),
        ("---\nendpoint: https://evil\n---\nP", 1, "There is no field “endpoint” in an action."),
        ("---\ntitle A\n---\nP", 1, "A line of the front matter is `name: value`."),
        ("---\ntitle: A\ntitle: B\n---\nP", 2, "“title” is given twice."),
        ("---\nneeds: x\n---\nP", 1, "“needs” is one of selection, diagnostics, image, nothing."),
        ("---\nkind: source.all\n---\nP", 1, "“kind” is quickfix, refactor or below one of them."),
        ("---\ntemperature: 3\n---\nP", 1, "“temperature” is a number from 0 to 2."),
        ("---\ntemperature: hot\n---\nP", 1, "“temperature” is a number from 0 to 2."),
        ("## system\nYou", 0, "There is no section `## user`: it holds the prompt."),
        ("## user\n\n## system\nYou", 0, "The section `## user` is empty."),
        ("## user\na\n## user\nb", 2, "There are two sections `## user`."),
        ("Hello\n## user\na", 0, "Only the sections are read: put this text into one of them."),
        ("## user\na\n\n{{secret}}", 3, "There is no placeholder “secret”."),
        ("## user\n{{args}}", 1, "There is no placeholder “args”."),
        ("a\n{{file}}", 1, "There is no placeholder “file”."),
        ("Say !{rm -rf ~}", 0, "`!{…}` runs or reads something; a prompt here can't."),
        ("Read\n@{~/.ssh/id}", 1, "`@{…}` runs or reads something; a prompt here can't."),
    ],
)
def test_a_fault_has_its_line_and_its_sentence(text: str, line: int, sentence: str) -> None:
    action, faults = read_action("x", text)
    assert action is None
    assert ActionFault(line, sentence) in faults
    assert len(faults) <= 2


def test_the_ways_of_replying_are_named_in_the_fault() -> None:
    _, (fault,) = read_action("x", "---\nreply: shout\n---\nP")
    assert fault.sentence.startswith("“reply” is one of replace, ")
    assert "comment-above" in fault.sentence


@pytest.mark.parametrize("identifier", ["", "a b", "a.b", "../a", "a/b"])
def test_an_id_is_a_name(identifier: str) -> None:
    action, (fault,) = read_action(identifier, "P")
    assert action is None
    assert "can't name an action" in fault.sentence


def test_all_faults_come_at_once_in_order() -> None:
    _, faults = read_action("x", "---\nb: 1\nreply: no\n---\n{{c}}")
    assert [fault.line for fault in faults] == [1, 2, 4]


@given(st.text("-:# \n`~{}@!abus", max_size=200))
def test_any_text_is_an_action_or_has_a_fault(text: str) -> None:
    action, faults = read_action("x", text)
    assert (action is None) == bool(faults)
    rows = text.count("\n") + 1
    assert all(0 <= fault.line < rows + 1 for fault in faults)


@pytest.mark.parametrize("row", ["## user", "a: b", "{{", "```", "{{x", "!{", "---", " "])
def test_reading_is_linear(row: str) -> None:
    start = time.process_time()
    read_action("x", "---\n" + f"{row}\n" * 20_000)
    read_action("x", f"{row}" * 20_000)
    assert time.process_time() - start < 2
