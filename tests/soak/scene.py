"""Made-up documents, selections and replies, of all the shapes that are hard."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

WORDS = ("alpha", "beta", "gamma", "delta", "name", "value", "é", "😀", "👩‍👩‍👧", "日本")
REPEATED = ("}", "    }", "", "    ", "\t}", "end", "\treturn")


@dataclass(frozen=True)
class Part:
    """Rows `first` up to, not including, `last`, and what is to replace them."""

    first: int
    last: int
    reply: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """A document, and one or more selections in it."""

    text: str
    line_end: str
    parts: tuple[Part, ...]


def scene(rng: Random) -> Scene:
    """A scene."""
    lines: list[str] = []
    parts: list[Part] = []
    for _ in range(rng.choices((1, 2, 3), (7, 2, 1))[0]):
        lines += _code(rng, rng.choice((0, 1, 3, 8)) if not parts else rng.choice((1, 2, 6)))
        selected = _selected(rng)
        reply = _reply(rng, selected)
        parts.append(Part(len(lines), len(lines) + len(selected), tuple(reply)))
        lines += selected
    below = _code(rng, rng.choice((0, 1, 3, 8)))
    if rng.random() < 0.3:
        below += rng.choice((list(reply), selected))[:3]
    lines += below
    line_end = rng.choices(("\n", "\r\n"), (5, 1))[0]
    text = line_end.join(lines) + (line_end if rng.random() < 0.7 else "")
    return Scene(text, line_end, tuple(parts))


def _selected(rng: Random) -> list[str]:
    """No blank lines at its edges, except now and then."""
    lines = _code(rng, _size(rng))
    if rng.random() < 0.03:
        return lines
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return lines or ["old"]


def _size(rng: Random) -> int:
    return rng.choices((1, rng.randint(2, 6), rng.randint(7, 40)), (3, 6, 2))[0]


def _code(rng: Random, count: int) -> list[str]:
    return [_line(rng) for _ in range(count)]


def _line(rng: Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(REPEATED)
    indent = rng.choice(("", "    ", "\t", "        "))
    blanks = rng.choice(("", "", "", "", "  "))
    return f"{indent}{rng.choice(WORDS)} = {rng.choice(WORDS)}{rng.randrange(9)}{blanks}"


def _reply(rng: Random, old: Sequence[str]) -> list[str]:
    """New lines: all others, or the old ones with some more, some fewer or some changed."""
    shape = rng.choice(
        ("other", "longer", "shorter", "changed", "same", "nothing", "mixed", "mixed")
    )
    match shape:
        case "other":
            return _code(rng, _size(rng))
        case "longer":
            return [new for line in old for new in (*_code(rng, rng.randrange(2)), line)]
        case "shorter":
            return [line for line in old if rng.random() < 0.6]
        case "changed":
            return [line + ";" if rng.random() < 0.5 else line for line in old]
        case "same":
            return list(old)
        case "nothing":
            return [] if rng.random() < 0.5 else [""]
        case _:
            return [
                new
                for line in old
                if rng.random() < 0.8
                for new in ((line,) if rng.random() < 0.6 else _code(rng, rng.randrange(3)))
            ]
