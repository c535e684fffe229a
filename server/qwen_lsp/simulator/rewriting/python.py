"""Rewrites of Python: one rule at a time, until none has anything to say."""

import ast

from . import branches, definitions, expressions, loops
from .source import Rule, Source

_RULES: tuple[Rule, ...] = (
    expressions.compare_with_none,
    expressions.negate_in_place,
    expressions.assign_in_place,
    expressions.look_in_mapping,
    expressions.format_in_place,
    loops.count_by_enumerate,
    loops.gather_in_list,
    loops.gather_in_sum,
    loops.return_at_once,
    branches.return_the_test,
    branches.leave_without_else,
    branches.join_branches,
)
_ADDITIONS: tuple[Rule, ...] = (definitions.annotate_nothing, definitions.describe)
_MOST_ROUNDS = 200


def rewritten(code: str) -> str:
    """The code with what can be improved; only where that is nothing, with something added.

    The same code where it doesn't parse or nothing fits.
    """
    better = _improved(code)
    return better if better != code else _once(code, _ADDITIONS) or code


def _improved(code: str) -> str:
    for _ in range(_MOST_ROUNDS):
        following = _once(code, _RULES)
        if following is None:
            break
        code = following
    return code


def _once(code: str, rules: tuple[Rule, ...]) -> str | None:
    if (source := _source(code)) is None:
        return None
    for rule in rules:
        changed = source.changed(rule(source))
        if changed != code and _parses(changed):
            return changed
    return None


def _source(code: str) -> Source | None:
    try:
        return Source(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
