"""A reply streams in while its user types: what stands in the document at the end is known."""

import random

import pytest

from qwen_lsp.lsp.writing import Ending

from .support.typing_user import Desk, Kind

ABOVE = "".join(f"above {number}\n" for number in range(10))
BELOW = "\n" + "".join(f"below {number}\n" for number in range(10))


def lines_of(rng: random.Random, count: int, word: str) -> list[str]:
    """Code-like lines: some blank, some repeated, the first and the last neither."""
    middle = [
        rng.choice(
            [f"    {word} = {rng.randrange(99)}", f"    old = {rng.randrange(99)}", "", "    }"]
        )
        for _ in range(count)
    ]
    return [f"def {word}():", *middle, f"    return {word}"]


def run(kind: Kind, seed: int, *, lines: int, seconds: float) -> tuple[Desk, str, str]:
    """A desk where a reply came while its user typed; its text and what it should be."""
    rng = random.Random(seed)
    original = "\n".join(lines_of(rng, rng.randint(0, 40), "old"))
    reply = lines_of(rng, lines, "new")
    desk = Desk(kind, ABOVE, original, BELOW, rng)
    desk.reply(reply, seconds=seconds)
    when = 0.0
    while when < seconds + 1:
        when += rng.choice([0.01, 0.07, 0.3])
        desk.clock.call_at(when, rng.choice([desk.type_above, desk.type_below]))
    desk.clock.run(until=when + 30)
    return desk, desk.editor.text, desk.expected("\n".join(reply))


@pytest.mark.parametrize("kind", ["vscode", "helix"])
@pytest.mark.parametrize("seed", range(200))
def test_typing_while_a_reply_of_500_tokens_streams(kind: Kind, seed: int) -> None:
    desk, text, expected = run(kind, seed, lines=60, seconds=5)
    assert desk.ending is Ending.SETTLED
    assert text == expected


@pytest.mark.parametrize("kind", ["neovim", "eglot"])
@pytest.mark.parametrize("seed", range(50))
def test_an_editor_that_does_not_refuse_stale_edits_loses_nothing(kind: Kind, seed: int) -> None:
    """Neovim drops them without a word, eglot makes them; both report late and all at once."""
    desk, text, expected = run(kind, seed, lines=20, seconds=5)
    assert desk.ending is Ending.SETTLED
    assert text == expected


@pytest.mark.parametrize("kind", ["vscode", "helix"])
def test_each_line_is_written_about_once(kind: Kind) -> None:
    desk = Desk(kind, ABOVE, "old", BELOW, random.Random(1))
    reply = [f"line {number} of the reply" for number in range(500)]
    desk.reply(reply, seconds=20)
    desk.clock.run(until=60)
    written = sum(len(edit.text) for send in desk.sent for edit in send.edits)
    assert written <= 1.3 * len("\n".join(reply))
    assert len(desk.sent) <= 8 * 20 + 2
    assert desk.dropped == 0


def test_in_eglot_and_neovim_a_reply_arrives_whole_when_nobody_types() -> None:
    for kind in ("neovim", "eglot"):
        desk = Desk(kind, ABOVE, "old", BELOW, random.Random(1))
        desk.reply(["one", "two", "three"], seconds=1)
        desk.clock.run(until=60)
        assert desk.editor.text == desk.expected("one\ntwo\nthree")
        assert desk.ending is Ending.SETTLED
