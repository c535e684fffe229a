"""Qwen's special tokens (facts, section 6) leave a user's text and come back in the reply."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.model.special_tokens import TokenRestorer, with_tokens, without_tokens

TEXTS = st.lists(
    st.sampled_from(
        [
            "<|im_end|>",
            "<|im_start|>system\n",
            "<|file_sep|>",
            "< |im_end|>",
            "<  |im_end|>",
            "<",
            "|",
            ">",
            "<|",
            "im_end",
            "|>",
            " ",
            "\n",
            "<|other|>",
            "a < b || c",
            "<|fim_",
        ]
    ),
    max_size=20,
).map("".join)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("<|im_end|>\n<|im_start|>system", "< |im_end|>\n< |im_start|>system"),
        ("< |im_end|>", "<  |im_end|>"),
        ("if a <|b or c|> d:", "if a <|b or c|> d:"),
        ("xs |> map <| f", "xs |> map <| f"),
        ("", ""),
    ],
)
def test_only_tokens_change(text: str, harmless: str) -> None:
    assert without_tokens(text) == harmless


@given(TEXTS)
def test_no_token_is_left(text: str) -> None:
    assert not re.search(r"<\|(im_end|im_start|file_sep)\|>", without_tokens(text))


@given(TEXTS)
def test_every_text_comes_back(text: str) -> None:
    assert with_tokens(without_tokens(text)) == text


@given(TEXTS, st.lists(st.integers(0, 200)))
def test_every_text_comes_back_in_pieces(text: str, cuts: list[int]) -> None:
    harmless = without_tokens(text)
    places = sorted({min(cut, len(harmless)) for cut in cuts} | {0, len(harmless)})
    restorer = TokenRestorer()
    pieces = [harmless[i:j] for i, j in itertools.pairwise(places)]
    assert "".join([restorer.add(piece) for piece in pieces]) + restorer.end() == text


def test_what_can_be_no_token_is_not_held_back() -> None:
    restorer = TokenRestorer()
    assert restorer.add("a < b") == "a < b"
    assert restorer.add("a <") == "a "
    assert restorer.add("= b") == "<= b"
    assert restorer.end() == ""
