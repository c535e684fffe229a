"""How an editor takes edits and reports changes, as it was measured in real ones."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["vscode", "helix", "neovim", "eglot"]
KINDS: tuple[Kind, ...] = ("vscode", "helix", "neovim", "eglot")

Telling = Literal["each", "lines", "near", "whole", "messy"]
"""What a report holds: each edit as it was made, what a comparison of lines makes of each (so
Neovim does), those that are near each other as one with all between them (so Emacs does), or the
whole text.

`messy`: each edit, but now and then the whole text (Emacs, where its count of changes is off).
"""

TELLINGS: dict[Kind, dict[Telling, int]] = {
    "vscode": {"each": 8, "whole": 2},
    "helix": {"each": 8, "whole": 2},
    "neovim": {"lines": 8, "whole": 2},
    "eglot": {"each": 9, "messy": 1},
}
"""How each kind reports, and how often of ten: first what was measured, then what may be."""

SECONDS: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    "vscode": ((0.011, 0.05), (0.05, 1.0)),
    "helix": ((0.001, 0.053), (0.053, 1.0)),
    "neovim": ((0.001, 0.015), (0.015, 1.0)),
    "eglot": ((0.001, 0.014), (0.014, 0.07)),
}
"""How long edits take: nearly all, and the longest. Emacs was never seen to take longer."""

Verdict = Literal["make", "drop", "refuse"]
"""What becomes of an edit; one that is dropped is said to be made."""


@dataclass(frozen=True)
class Habits:
    """What an editor of a kind does, and what it may do otherwise.

    `one_by_one`: each text edit of a request has a report and a version of its own.
    `line_end`: what every line end becomes that is put in. `opened_at`: the version at the start;
    at 0 the document was just opened (so does Neovim always, and does not look at that one).
    `counts_changes`: an editor that reports at rest counts each change at once.
    `waits_anew`: it waits for a rest after edits of the server's too.
    `prompt`: a report that is due at once leaves before the answer to the request that made it.
    """

    kind: Kind
    telling: Telling = "each"
    one_by_one: bool = False
    line_end: str | None = None
    opened_at: int = 1
    counts_changes: bool = False
    waits_anew: bool = False
    prompt: bool = False

    @classmethod
    def at_random(cls, kind: Kind, rng: Random, line_end: str) -> "Habits":
        """Mostly as measured; now and then with something that was seen elsewhere.

        `line_end` is what the document has.
        """
        tellings = TELLINGS[kind]
        telling = rng.choices(tuple(tellings), tuple(tellings.values()))[0]
        return cls(
            kind,
            telling,
            one_by_one=telling == "lines" or (telling != "whole" and rng.random() < 0.2),
            line_end=line_end if rng.random() < 0.5 else None,
            opened_at=rng.choice((0, 0, 0, 0, 7) if kind == "neovim" else (0, 1, 1, 1, 7)),
            counts_changes=kind == "eglot",
            waits_anew=kind == "eglot" and rng.random() < 0.25,
            prompt=kind == "neovim" and rng.random() < 0.5,
        )

    def verdict(self, version: int, known: int) -> Verdict:
        """What becomes of an edit for `version` where the editor has come to `known`."""
        if self.kind == "neovim":
            return "drop" if 0 < version < known else "make"
        return "make" if version == known else "refuse"

    def seconds(self, rng: Random) -> float:
        """How long an edit takes; now and then the longest that was measured."""
        common, longest = SECONDS[self.kind]
        return rng.uniform(*(longest if rng.random() < 0.01 else common))
