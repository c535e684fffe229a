"""Units and characters of a line in the three encodings of positions."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.lsp.client.positions import Encoding, column, units

ENCODINGS = get_args(Encoding)
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

encodings = st.sampled_from(ENCODINGS)
lines = st.text(st.sampled_from("ab\té😋中\u2028\f\x85\ud83d"), max_size=12)


@given(lines, st.integers(0, 14), encodings)
def test_units_are_what_the_encoding_takes(line: str, end: int, encoding: Encoding) -> None:
    codec, size = CODECS[encoding]
    assert units(line, end, encoding) == len(line[:end].encode(codec, "surrogatepass")) // size


@given(lines, st.integers(0, 60), encodings)
def test_a_column_is_the_last_that_is_not_past_the_units(
    line: str, wanted: int, encoding: Encoding
) -> None:
    expected = [end for end in range(len(line) + 1) if units(line, end, encoding) <= wanted]
    assert column(line, wanted, encoding) == max(expected)


@pytest.mark.parametrize(
    ("encoding", "wanted", "expected"),
    [
        ("utf-8", 5, 2),  # "é" is 2, "😋" 4: 5 is inside it.
        ("utf-8", 6, 2),
        ("utf-8", 7, 3),
        ("utf-16", 2, 2),
        ("utf-16", 3, 2),  # Between two surrogates.
        ("utf-16", 4, 3),
        ("utf-32", 3, 3),
        ("utf-32", 99, 4),
        ("utf-16", 99, 4),
    ],
)
def test_the_middle_of_a_character_is_before_it(
    encoding: Encoding, wanted: int, expected: int
) -> None:
    assert column("aé😋b", wanted, encoding) == expected
