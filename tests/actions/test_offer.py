"""Which actions are in the menu, and under which kind."""

import pytest

from qwen_lsp.actions.action import Action, Needs, Reply, Template
from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.actions.offer import is_within, menu_kind, offered


def action(
    name: str,
    kind: str = "refactor.rewrite",
    reply: Reply = "replace",
    needs: Needs = "selection",
    languages: frozenset[str] = frozenset(),
) -> Action:
    messages = (Template("user", "{{selection}}"),)
    return Action(name, name, "", kind, reply, needs, messages, languages)


FIX = action("fix", "quickfix", needs="diagnostics")
ALL = [*builtin_actions(), FIX, action("goes", languages=frozenset({"go"}))]


def ids(**here: object) -> list[str]:
    place: dict[str, object] = {"language": "python", "has_selection": True, **here}
    return [each.id for each in offered(ALL, **place)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        ({}, ["explain", "explain-comment", "refactor"]),
        ({"asks_instruction": True}, ["edit", "explain", "explain-comment", "refactor"]),
        ({"diagnostics": True}, ["explain", "explain-comment", "refactor", "fix"]),
        ({"has_selection": False}, ["explain"]),
        ({"has_selection": False, "diagnostics": True}, ["explain", "fix"]),
        ({"automatic": True}, []),
        ({"automatic": True, "diagnostics": True}, ["fix"]),
        ({"automatic": True, "diagnostics": True, "has_selection": False}, ["fix"]),
        ({"can_edit": False, "diagnostics": True}, ["explain"]),
        ({"hidden": frozenset({"explain", "nothing"})}, ["explain-comment", "refactor"]),
        ({"language": "Go"}, ["explain", "explain-comment", "refactor", "goes"]),
        ({"only": ("",)}, ["explain", "explain-comment", "refactor"]),
        ({"only": ()}, ["explain", "explain-comment", "refactor"]),
        ({"only": ("refactor",)}, ["explain", "explain-comment", "refactor"]),
        ({"only": ("refactor.rewrite",)}, ["explain-comment", "refactor"]),
        ({"only": ("refactor.rewrite.qwen",)}, ["explain-comment", "refactor"]),
        ({"only": ("refactor.rewrite.qwen.explain",)}, []),
        ({"only": ("refactor.qwen.explain",)}, ["explain"]),
        ({"only": ("refactor.re",)}, []),
        ({"only": ("source", "source.fixAll")}, []),
        ({"only": ("quickfix",)}, []),
        ({"only": ("quickfix", "refactor.qwen"), "diagnostics": True}, ["explain", "fix"]),
        ({"only": ("quickfix.other",), "diagnostics": True}, []),
    ],
)
def test_what_is_offered(here: dict[str, object], expected: list[str]) -> None:
    assert ids(**here) == expected


def test_kinds_carry_our_name() -> None:
    assert [menu_kind(each) for each in ALL] == [
        "refactor.rewrite.qwen.alt-text",
        "refactor.rewrite.qwen.edit",
        "refactor.qwen.explain",
        "refactor.rewrite.qwen.explain-comment",
        "refactor.rewrite.qwen.refactor",
        "quickfix.qwen",
        "refactor.rewrite.qwen.goes",
    ]


@pytest.mark.parametrize(
    ("kind", "outer", "expected"),
    [
        ("a.b", "a", True),
        ("a.b", "a.b", True),
        ("a.b", "", True),
        ("a.bc", "a.b", False),
        ("a", "a.b", False),
    ],
)
def test_kinds_are_a_hierarchy(kind: str, outer: str, expected: bool) -> None:
    assert is_within(kind, outer) is expected
