"""Odd files, large ones, a missing extra: the answer comes in time, and nothing is raised."""

import sys
import threading
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.syntax import check
from qwen_lsp.syntax.check import TOO_LARGE, broken, first_error
from qwen_lsp.syntax.languages import GRAMMARS

GOOD = "def a(x):\n    return x\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeff" + GOOD,
        "#!/usr/bin/env python3\n" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\f\n" + GOOD + "\f\n" + GOOD,
        "x = 'é😀𝕏\u2028'\n" + GOOD,
        "x = '\ud800'\n",
        "if a:\n\treturn\n",
        GOOD.rstrip("\n"),
        "x = " + "(" * 20_000 + ")" * 20_000,
    ],
)
def test_odd_files_that_parse(text: str) -> None:
    assert first_error(text, "python") is None
    assert broken(text, text, "python") is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("above", ["", "\ufeff", "#!/bin/x", "x = '😀é'", "\f", "# \u2028\x85\v"])
def test_rows_are_the_documents(above: str, end: str) -> None:
    good = [above, *GOOD.split("\n")]
    bad = [*good[:2], "    return (x", "", "y = 2", ""]
    assert broken(end.join(good), end.join(bad), "python") == 2


@pytest.mark.parametrize(
    "text", ["(" * 20_000, "f(a," * 20_000, "{" * 20_000, "if a {" * 10_000, "\0" * 10_000]
)
@pytest.mark.parametrize("language", ["python", "typescript", "rust", "cpp"])
def test_a_deep_file_without_end(text: str, language: str) -> None:
    assert first_error(text, language) == 0


def test_a_mistake_does_not_begin_above_what_was_changed() -> None:
    good = "fn a() {\n}\n\nfn b() {\n    if x {\n        c();\n    }\n}\n\nfn d() {\n}\n"
    bad = good.replace("        c();\n    }\n", "        c();\n")
    assert first_error(bad, "rust") == 0
    assert broken(good, bad, "rust") == 6


def test_a_missing_end_is_a_mistake() -> None:
    assert broken("int a;\n", "int a\n", "c") == 0


def test_a_mistake_that_no_child_of_its_node_owns() -> None:
    assert first_error("package a\n\na<a<\n", "go") == 2
    assert first_error("a", "go") == 0


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(sorted(GRAMMARS)))
def test_any_text(before: str, after: str, language: str) -> None:
    row = broken(before, after, language)
    assert row is None or 0 <= row <= after.count("\n") + after.count("\r")
    assert row is None or first_error(before, language) is None


def of_bytes(count: int, line: str = "x = (1)\n") -> str:
    """A text of so many bytes of UTF-8; its last line is a comment."""
    lines = line * (count // len(line.encode()) - 1)
    return f"{lines}#{'.' * (count - len(lines.encode()) - 2)}\n"


def test_the_largest_file_that_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "monotonic", lambda: 0.0)
    before = of_bytes(TOO_LARGE - 1, f"x = (1)  # {'.' * 88}\n")
    after = f"{before[:-3]}\n)\n"
    assert len(before) == len(after) == TOO_LARGE - 1
    assert broken(before, after, "python") == before.count("\n")


@pytest.mark.parametrize("line", ["x = (1)\n", "x = 'é'\n", "x = '😀😀😀'\n"])
def test_a_larger_file_is_not_looked_at(line: str) -> None:
    text = of_bytes(TOO_LARGE, line)
    assert len(text.encode()) == TOO_LARGE
    assert first_error(f"({text[1:]}", "python") is None
    assert broken("", text.replace(")", "(", 1), "python") is None
    assert broken(text, "(", "python") is None


def test_a_slow_parse_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "TIME_LIMIT", 0.2)
    begun = time.monotonic()
    assert broken(GOOD, "x = [1, 2\n" * 90_000, "python") is None
    assert time.monotonic() - begun < 3
    assert broken(GOOD, "x = [1, 2\n", "python") == 0


def test_the_limit_is_for_both_texts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken(GOOD * 2_000, "(", "python") == 0
    clock = iter([0.0])
    monkeypatch.setattr(check, "monotonic", lambda: next(clock, check.TIME_LIMIT))
    assert broken(GOOD * 2_000, "(", "python") is None
    assert broken(GOOD, "(", "python") == 0, "so short a text is parsed without a look at the clock"


def test_nobody_wants_to_know_any_more() -> None:
    asked = iter([False, False])
    assert broken(GOOD * 2_000, "(", "python", given_up=lambda: next(asked, True)) is None
    assert next(asked, None) is None


def test_other_threads_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "TIME_LIMIT", 0.5)
    checking = threading.Thread(target=first_error, args=("x = [1, 2\n" * 90_000, "python"))
    checking.start()
    turns = 0
    while checking.is_alive():
        time.sleep(0.001)
        turns += 1
    assert turns > 10


def block(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.parametrize(
    "modules", [["tree_sitter"], ["tree_sitter_c"], ["tree_sitter", "tree_sitter_c"]]
)
def test_without_the_extra_nothing_is_told(
    modules: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert broken("int a;\n", "int a\n", "c") == 0
    block(monkeypatch, *modules)
    assert first_error("int a\n", "c") is None
    assert broken("int a;\n", "int a\n", "c") is None
    assert not caplog.records


@pytest.mark.parametrize(
    "parser", [SimpleNamespace(), SimpleNamespace(language=lambda: "no capsule")]
)
def test_a_parser_of_another_version(
    parser: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_c", parser)
    assert broken("int a;\n", "int a\n", "c") is None
    assert "tree_sitter_c" in caplog.text
    assert "int a" not in caplog.text
