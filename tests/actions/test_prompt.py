"""Prompts: what is filled in, once, and in which fence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.actions.action import Action, Template, fill
from qwen_lsp.actions.fences import longest_fence
from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.actions.prompt import fence_for, prompt
from qwen_lsp.actions.selection import Selection
from qwen_lsp.errors import RequestError
from qwen_lsp.model.chat import Message, Role
from qwen_lsp.text.document import Document


def action(*texts: str) -> Action:
    roles: tuple[Role, ...] = ("system", "user") if len(texts) > 1 else ("user",)
    return Action(
        id="x",
        title="Do",
        description="",
        kind="refactor",
        reply="show",
        needs="selection",
        messages=tuple(Template(role, text) for role, text in zip(roles, texts, strict=True)),
    )


SELECTION = Selection(
    path="src/a.py",
    language="python",
    before=("def f():",),
    lines=("    x = 1", "    y = 2"),
    after=("    return x",),
    diagnostics=("line 2: x is unused", "line 3: no"),
    instruction=" make it 3 ",
)


def test_every_placeholder_is_filled_in() -> None:
    template = (
        "{{path}}|{{ language }}|{{before}}|{{selection}}|{{after}}|{{diagnostics}}|"
        "{{instruction}}|{{fence}}|{{other}}|{{"
    )
    assert prompt(action("You.", template), SELECTION) == (
        Message("system", "You."),
        Message(
            "user",
            "src/a.py|python|def f():|    x = 1\n    y = 2|    return x|"
            "- line 2: x is unused\n- line 3: no|make it 3|```|{{other}}|{{",
        ),
    )


def test_text_from_the_document_is_never_expanded() -> None:
    selection = Selection("a", "", ("{{path}}",), ("{{after}} {{instruction}}",), ("{{before}}",))
    (message,) = prompt(action("{{before}}{{selection}}{{after}}{{language}}"), selection)
    assert message.content == "{{path}}{{after}} {{instruction}}{{before}}plaintext"


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text("{}ab\\1"), min_size=2))
def test_filling_in_is_one_pass(values: dict[str, str]) -> None:
    assert fill("{{a}}-{{b}}-{{c}}", values) == f"{values['a']}-{values['b']}-{{{{c}}}}"


def test_an_instruction_must_be_given() -> None:
    selection = Selection("a", "python", (), ("x",), (), instruction="  ")
    with pytest.raises(RequestError, match="“Do” needs an instruction"):
        prompt(action("{{instruction}}"), selection)


@pytest.mark.parametrize(
    ("before", "lines", "after", "fence"),
    [
        ((), ("x",), (), "```"),
        ((), ("```py",), (), "````"),
        (("  `````",), ("```",), (), "``````"),
        ((), ("~~~~",), (), "`````"),
        ((), ("a ```` b",), ("``",), "```"),
    ],
)
def test_the_fence_is_longer_than_any_inside(
    before: tuple[str, ...], lines: tuple[str, ...], after: tuple[str, ...], fence: str
) -> None:
    assert fence_for(Selection("a", "markdown", before, lines, after)) == fence


@given(st.lists(st.text("`~ a"), min_size=1, max_size=6))
def test_the_fence_holds_any_selection(lines: list[str]) -> None:
    selection = Selection("a", "", (), tuple(lines), ())
    assert len(fence_for(selection)) > longest_fence(lines)


@pytest.mark.parametrize("built_in", builtin_actions(), ids=lambda each: each.id)
def test_a_built_in_prompt_holds_the_selection_and_its_surroundings(built_in: Action) -> None:
    system, user = prompt(built_in, SELECTION)
    assert system.role == "system"
    assert "```python\n    x = 1\n    y = 2\n```" in user.content
    assert "```python\ndef f():\n```" in user.content
    assert "```python\n    return x\n```" in user.content
    assert "{{" not in system.content + user.content
    if built_in.reply == "replace":
        assert "opens with ```python and closes with ```" in user.content


def test_a_reply_is_measured_against_the_nearest_lines() -> None:
    document = Document("\n".join(f"line {row}" for row in range(1000)))
    selection = Selection.of_rows(document, (500, 502), path="a", language="", tokens=40)
    assert selection.lines == ("line 500", "line 501")
    assert selection.before == tuple(f"line {row}" for row in range(440, 500))
    assert selection.after == tuple(f"line {row}" for row in range(502, 562))
    assert selection.original.before == selection.before


def test_the_model_reads_what_there_is_room_for() -> None:
    document = Document("import os\n\n\ndef f():\n    a = 1\n    b = os\n    return b\n")
    selection = Selection.of_rows(document, (5, 6), path="a", language="python", tokens=100)
    assert selection.above == ("import os", "", "", "def f():", "    a = 1")
    assert selection.below == ("    return b", "")
    narrow = selection.within(13)
    assert (narrow.above, narrow.below) == (("def f():", "    a = 1"), ("    return b",))
    assert narrow.around_tokens == 13
    assert (selection.within(0).above, selection.within(0).below) == ((), ())


@pytest.mark.parametrize("instruction", ["", "  "])
def test_of_nothing_nothing_is_asked(instruction: str) -> None:
    selection = Selection("a", "python", (), ("", "  "), (), instruction=instruction)
    with pytest.raises(RequestError, match="“Do” found no text here"):
        prompt(action("{{selection}}"), selection)
    assert prompt(action("{{path}}"), selection) == (Message("user", "a"),)


def test_an_instruction_is_enough() -> None:
    selection = Selection("a", "python", (), ("",), (), instruction="Write main.")
    (message,) = prompt(action("{{instruction}}{{selection}}"), selection)
    assert message.content == "Write main."
