"""What a single line looks like: code, or something said."""

import pytest

from qwen_lsp.actions.reply.looks_like_code import Judge, Verdict, is_sentence
from qwen_lsp.actions.selection import Original

CODE = [
    ("python", "return x"),
    ("python", "for item in items:"),
    ("python", "@cached"),
    ("python", '"""Adds two numbers."""'),
    ("python", "raise ValueError from None"),
    ("python", 'print("This is a sentence, with words.")'),
    ("python", "x"),
    ("python", "Total = 1"),
    ("python", "    total"),
    ("c", "#include <stdio.h>"),
    ("c", "// Adds two numbers."),
    ("c", "/* Adds two numbers. */"),
    ("c", "}"),
    ("c", "int x;"),
    ("javascript", "const f = () => {"),
    ("javascript", "export default App"),
    ("javascript", "foo()"),
    ("typescript", "items.map(String)"),
    ("sql", "SELECT a, b FROM t WHERE a IS NOT NULL;"),
    ("sql", "-- All of the users."),
    ("haskell", "add x y = x + y"),
    ("rust", "#[derive(Debug)]"),
    ("html", "<p>This is a sentence.</p>"),
    ("json", '"a": "This is a sentence.",'),
    ("yaml", "name: build"),
    ("yaml", "- run"),
    ("shellscript", "$HOME/bin/x"),
    ("vb", "' A comment of mine."),
    ("markdown", "Known text here."),
]
PROSE = [
    ("python", "Here is the refactored code:"),
    ("python", "Here's the refactored version of your code"),
    ("python", "Sure!"),
    ("python", "Certainly, here you go:"),
    ("python", "The call `foo(x)` returns `x = 1`."),
    ("python", "I can't do that."),
    ("python", "**Note:** this changes nothing."),
    ("python", "- It is shorter"),
    ("python", "1. It is shorter"),
    ("python", "the function adds two numbers."),
    ("python", "以下是重构后的代码："),
    ("python", "このコードは合計を計算します。"),
    ("python", "Вот исправленный код:"),
    ("python", "Voici le code amélioré :"),
    ("c", "# Explanation"),
    ("c", "### Changes made"),
    ("markdown", "The text is fine as it is."),
    ("plaintext", "Nothing is wrong here."),
]
UNSURE = [
    ("python", ""),
    ("python", "   "),
    ("python", "# Adds two numbers."),
    ("python", "foo bar"),
    ("python", "word"),
    ("markdown", "# Title"),
    ("markdown", "x = 1"),
    ("", "x = 1"),
]
TABLE = [
    *((language, line, Verdict.CODE) for language, line in CODE),
    *((language, line, Verdict.PROSE) for language, line in PROSE),
    *((language, line, Verdict.UNSURE) for language, line in UNSURE),
]


@pytest.mark.parametrize(("language", "line", "verdict"), TABLE)
def test_a_line_has_its_verdict(language: str, line: str, verdict: Verdict) -> None:
    original = Original(("x", "Known text here."), (), (), language)
    assert Judge(original).verdict(line) is verdict


def test_a_bullet_of_the_original_says_nothing() -> None:
    original = Original(("- one", "# two"), (), (), "toml")
    assert Judge(original).verdict("- three") is Verdict.UNSURE
    assert Judge(original).verdict("* three") is Verdict.PROSE


@pytest.mark.parametrize("text", ["`", "(", "a b c", "_", "É", "计(", "1", "…", "''"])
def test_any_text_has_a_verdict(text: str) -> None:
    assert isinstance(is_sentence(text), bool)
