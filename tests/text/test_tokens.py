"""How many tokens a text takes: never far off, and never less for more text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.tokens import tokens_in


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("return sum(prices)", 6),
        ("数据库连接", 6),
        ("読み込み", 5),
        ("한국어", 4),
        ("Größe", 3),
        ("переменная", 7),
        ("🎉🎉", 5),
        ("# 数据 = 1", 5),
    ],
)
def test_tokens_by_script(text: str, tokens: int) -> None:
    assert tokens_in(text) == tokens


@given(st.text(max_size=40), st.text(max_size=5))
def test_more_text_takes_no_fewer(text: str, more: str) -> None:
    assert tokens_in(text) <= tokens_in(text + more) + 1
    assert tokens_in(text) <= 2 * len(text) + 1
