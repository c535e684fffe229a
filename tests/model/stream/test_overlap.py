"""The seam between two streams of one reply: nothing comes twice, and no new start gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.model.stream.overlap import Seam

LONG = "def f():\n    return 'a beginning that is long enough'\n"
FENCED = f"Here you are:\n\n```python\n{LONG}    total = pri"


def joined(seam: Seam, text: str, size: int) -> str:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join(map(seam.add, pieces)) + seam.end()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("begun", "again", "new"),
    [
        # All of it, or none.
        (LONG, LONG + "more\n", "more\n"),
        (LONG, "more\n", "more\n"),
        (LONG, LONG, ""),
        (LONG, "", ""),
        (LONG, "def f(): pass\n", "def f(): pass\n"),
        (FENCED, FENCED + "ces", "ces"),
        (FENCED, "ces\n", "ces\n"),
        # The line that was cut, with and without its indentation.
        (FENCED, "    total = prices\n", "ces\n"),
        (FENCED, "total = prices\n", "ces\n"),
        ("    x", "    x = 1", "    x = 1"),
        ("-------", "-------", "-------"),
        # The last lines.
        (f"{LONG}    a = 1\n    bc = 2\n", "    a = 1\n    bc = 2\n", "    a = 1\n    bc = 2\n"),
        (f"{LONG}    one = 11111\n    two = 222\n", "    one = 11111\n    two = 222\nx", "x"),
        (f"x\n{LONG}", LONG + "x", "x"),
        ("m = [\n" + "    [0, 0, 0, 0, 0],\n" * 5, "    [0, 0, 0, 0, 0],\n" * 3 + "]\n",
         "    [0, 0, 0, 0, 0],\n" * 3 + "]\n"),
        # The block once more, with what is in it or as far as nothing is.
        (FENCED, f"```python\n{LONG}    total = prices\n", "ces\n"),
        (FENCED, f"Sure! Here is all of it:\n\n```python\n{LONG}    total = prices\n", "ces\n"),
        ("```python\n", "```python\n    a = 1\n", "    a = 1\n"),
        # Code, and the end of the block.
        (f"```sql\n{LONG}", "SELECT * FROM t.\n```\n", "SELECT * FROM t.\n```\n"),
        (f"```yaml\n{LONG}", "Resources:\n```\n", "Resources:\n```\n"),
        (f"```go\n{LONG}", "Printf(1)\n```\nThat is it.\n", "Printf(1)\n```\nThat is it.\n"),
        (f"```python\n{LONG}", "```\n", "```\n"),
        (f"```python\n{LONG}``", "`\nDone: this.\n", "`\nDone: this.\n"),
        (f"````md\n{LONG}", "Here is one:\n\n```py\nx\n```\n", "Here is one:\n\n```py\nx\n```\n"),
        # Prose may announce a block.
        ("It adds up. ", "This is one:\n```python\nx\n", "This is one:\n```python\nx\n"),
        (f"```python\n{LONG}```\n", "Another one:\n```python\n", "Another one:\n```python\n"),
        # A fence behind half a word is on a line of its own.
        ("Here", "```python\nx\n", "\n```python\nx\n"),
        ("Here", "`x` is", "`x` is"),
        ("Here", "``", "``"),
        ("Here:\n`", "``python\n", "``python\n"),
        ("Here:\n", "```python\n", "```python\n"),
        ("a", "ab", "ab"),
        ("", "ab", "ab"),
    ],
)  # fmt: skip
def test_what_is_new(begun: str, again: str, new: str, size: int) -> None:
    seam = Seam(begun)
    assert joined(seam, again, size) == new
    assert not seam.is_new_start


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("begun", "again"),
    [
        (FENCED, "Sure! Here is the rest:\n\n```python\nces\n"),
        (FENCED, "Here is the rest:\n```\nces\n```\n"),
        (FENCED, "\nOf course.\n```python\nces\n"),
        (FENCED, "```python\ndef g():\n    pass\n```\n"),
        (FENCED, "```python\ndef f():\n"),
        (LONG, LONG[:-9] + "other\n"),
    ],
)
def test_a_new_start(begun: str, again: str, size: int) -> None:
    seam = Seam(begun)
    assert joined(seam, again, size) == ""
    assert seam.is_new_start


@pytest.mark.parametrize(
    ("unsent", "again", "new"),
    [
        ("\n    ", "\n    b", "b"),
        ("\n    ", "\n\n    b", "\n    b"),
        ("\n    ", "b", "b"),
        ("\n    ", " # more\n", " # more\n"),
        ("\n", "\n```\n", "```\n"),
        ("\n", "\n", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_white_space_that_was_not_sent(unsent: str, again: str, new: str, size: int) -> None:
    assert joined(Seam(f"a = 1{unsent}", unsent), again, size) == new


@given(st.text("ab= \n`", max_size=40), st.text("ab= \n`AZ:", max_size=60), st.integers(1, 9))
def test_nothing_is_lost_but_what_is_said_again(begun: str, again: str, size: int) -> None:
    seam, at_once = Seam(begun), Seam(begun)
    new = joined(seam, again, size)
    assert new == joined(at_once, again, 1000)
    assert seam.is_new_start == at_once.is_new_start
    if not seam.is_new_start:
        assert again.endswith(new.removeprefix("\n"))
        said_again = again.removesuffix(new.removeprefix("\n")).removesuffix("\n")
        assert not said_again or said_again.strip() in begun or "```" in said_again


REPLIES = (
    f"Here you are:\n\n```python\n{LONG}\n\nclass A:\n    x = 'Sure! It is:'\n```\n\nThat is it.\n",
    f"```python\n{LONG}```\n",
    "```sql\nSELECT *\nFROM t\nWHERE a = 1\n```",
    "It adds up.\n\nAn example:\n\n```py\nf(1)\n```\n\nHere is another:\n\n```py\nf(2)\n```\n",
)


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_wherever_it_is_cut_the_reply_is_the_same(reply: str, size: int) -> None:
    for at in range(1, len(reply)):
        seam = Seam(reply[:at])
        assert reply[:at] + joined(seam, reply[at:], size) == reply
        assert not seam.is_new_start
        begun = reply[:at].rstrip()
        seam = Seam(reply[:at], reply[len(begun) : at])
        assert reply[:at] + joined(seam, reply[len(begun) :], size) == reply


@pytest.mark.parametrize("reply", REPLIES)
def test_wherever_it_is_cut_it_may_be_said_again_from_the_start(reply: str) -> None:
    for at in range(6, len(reply)):
        assert reply[:at] + joined(Seam(reply[:at]), reply, 4) == reply
