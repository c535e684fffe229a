"""Each language: a file that parses, and one with a mistake at a known row."""

from typing import NamedTuple

import pytest

from qwen_lsp.syntax.check import broken, first_error
from qwen_lsp.syntax.languages import GRAMMARS


class Example(NamedTuple):
    """A file that parses, and what turns it into one that doesn't: `old` becomes `new`."""

    good: str
    old: str
    new: str
    row: int

    @property
    def bad(self) -> str:
        assert self.good.count(self.old) == 1
        return self.good.replace(self.old, self.new)


PYTHON = Example("def a(x):\n    return (x + 1)\n\n\nprint(a(1))\n", " + 1)", " + 1", 1)
JAVASCRIPT = Example(
    "#!/usr/bin/env node\nconst a = (x) => {\n  return <b>{x?.y}</b>;\n};\n", "y}</b>", "y</b>", 2
)
TYPESCRIPT = Example("function a<T>(x: T): T[] {\n  return [<T>x];\n}\n", "x];", "x;", 1)
TSX = Example("const a = (x: string) => {\n  return <b>{x}</b>;\n};\n", "{x}", "{x", 1)
GO = Example("package a\n\nfunc a() int {\n\treturn b(1)\n}\n", "(1)", "(1", 3)
RUST = Example("fn a() -> i32 {\n    let x = b(1);\n    x\n}\n", "(1);", "(1;", 1)
JAVA = Example("class A {\n  int a() {\n    return 1;\n  }\n}\n", "1;", "1", 2)
C = Example("int a(void) {\n  return b[1];\n}\n", "1]", "1", 1)
CPP = Example("template <class T> auto a(T x) {\n  return [x] { return x; };\n}\n", "[x]", "[x", 1)

EXAMPLES = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "javascriptreact": JAVASCRIPT,
    "javascript.jsx": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "typescriptreact": TSX,
    "typescript.tsx": TSX,
    "go": GO,
    "rust": RUST,
    "java": JAVA,
    "c": C,
    "cpp": CPP,
    "c++": CPP,
}


def test_every_language_has_an_example() -> None:
    assert EXAMPLES.keys() == GRAMMARS.keys()


@pytest.mark.parametrize("language", EXAMPLES)
def test_a_file_that_parses(language: str) -> None:
    example = EXAMPLES[language]
    assert first_error(example.good, language) is None
    assert broken(example.good, f"{example.good}\n", language) is None
    assert broken(example.bad, example.good, language) is None


@pytest.mark.parametrize("language", EXAMPLES)
def test_a_mistake_is_told_by_its_row(language: str) -> None:
    example = EXAMPLES[language]
    assert broken(example.good, example.bad, language) == example.row
    row = first_error(example.bad, language)
    assert row is not None
    assert row <= example.row


@pytest.mark.parametrize("language", EXAMPLES)
def test_what_was_broken_before_is_no_news(language: str) -> None:
    example = EXAMPLES[language]
    assert broken(example.bad, f"{example.bad}\n((\n", language) is None


def test_a_type_assertion_is_for_typescript_alone() -> None:
    assert first_error(TYPESCRIPT.good, "typescriptreact") is not None
    assert first_error(TSX.good, "typescript") is not None


@pytest.mark.parametrize("language", ["", "plaintext", "markdown", "jsonc", "cuda-cpp", "python2"])
def test_another_language(language: str) -> None:
    assert first_error("((", language) is None
    assert broken("", "((", language) is None


@pytest.mark.parametrize("language", ["Python", "PYTHON"])
def test_an_id_in_capitals(language: str) -> None:
    assert broken(PYTHON.good, PYTHON.bad, language) == PYTHON.row
