"""How many characters tell two texts apart."""

from qwen_lsp.text.edits import common


def distance(old: str, new: str, *, limit: int) -> int:
    """How many characters to take away and to put in at the least; `limit` where that is no less.

    Costs the square of that, and the characters (Myers, An O(ND) Difference Algorithm, 1986).
    """
    if limit <= abs(len(old) - len(new)):
        return max(0, limit)
    head = common(old, new)
    old, new = old[head:], new[head:]
    tail = common(old[::-1], new[::-1])
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    most = min(limit, len(old) + len(new))
    if not old or not new:
        return most
    reached = {1: 0}
    for steps in range(most):
        for diagonal in range(-steps, steps + 1, 2):
            at = reached[diagonal] = _along(old, new, diagonal, _start(reached, diagonal, steps))
            if at >= len(old) and at - diagonal >= len(new):
                return steps
    return most


def _start(reached: dict[int, int], diagonal: int, steps: int) -> int:
    """Where the way by one character more comes to a diagonal."""
    if diagonal == -steps:
        return reached[diagonal + 1]
    left = reached[diagonal - 1] + 1
    return left if diagonal == steps else max(left, reached[diagonal + 1])


def _along(old: str, new: str, diagonal: int, at: int) -> int:
    while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
        at += 1
    return at
