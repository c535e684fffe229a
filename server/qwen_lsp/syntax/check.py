"""Whether a text parses, and at which row it doesn't. Takes long: for a thread of its own."""

import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING

from ..text.edits import common
from .languages import grammar_of

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

log = logging.getLogger(__name__)

TOO_LARGE = 1_000_000
"""Bytes of UTF-8 from which on a text is not looked at."""
TIME_LIMIT = 5.0
"""Seconds for one question: mistakes can make a parser as slow as the square of the text."""
PIECE = 4_096
"""Bytes that the parser is given at a time."""


def broken(
    before: str, after: str, language: str, *, given_up: Callable[[], bool] = lambda: False
) -> int | None:
    """The row, from 0, at which `after` does not parse although `before` did.

    None where it does parse, `before` did not either, or it can't be told: no such language, the
    extra is not installed, too large, or no answer in time. `given_up` is asked now and then
    whether anybody still wants to know.
    """
    until = monotonic() + TIME_LIMIT
    read = partial(_tree, language=language, is_over=lambda: given_up() or monotonic() >= until)
    before, after = _with_lf(before), _with_lf(after)
    tree = read(after)
    if tree is None or not tree.root_node.has_error:
        return None
    earlier = read(before)
    if earlier is None or earlier.root_node.has_error:
        return None
    # To a parser a mistake begins with all that it kept from being finished.
    first_changed = common(before.split("\n"), after.split("\n"))
    return max(first_changed, _first_mistake(tree).start_point.row)


def first_error(text: str, language: str) -> int | None:
    """The row, from 0, of the first mistake; None where there is none or it can't be told."""
    until = monotonic() + TIME_LIMIT
    tree = _tree(_with_lf(text), language, lambda: monotonic() >= until)
    if tree is None or not tree.root_node.has_error:
        return None
    return _first_mistake(tree).start_point.row


def _with_lf(text: str) -> str:
    """`text` with the only line end that parsers count."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tree(text: str, language: str, is_over: Callable[[], bool]) -> "Tree | None":
    """What the parser makes of `text`; None where that can't be known before it `is_over`."""
    if len(text) >= TOO_LARGE:
        return None
    source = text.encode(errors="replace")
    if len(source) >= TOO_LARGE:
        return None
    known = _language(language)
    return None if known is None else _parsed(source, known, is_over)


def _language(language: str) -> "Language | None":
    grammar = grammar_of(language)
    if grammar is None:
        return None
    try:
        from tree_sitter import Language

        return Language(getattr(import_module(grammar.module), grammar.function)())
    except ImportError:
        return None
    except (AttributeError, TypeError, ValueError) as error:
        log.warning("The parser of %s is of another version: %s", grammar.module, error)
        return None


def _parsed(source: bytes, language: "Language", is_over: Callable[[], bool]) -> "Tree | None":
    """Parses piece by piece: in one go all other threads would stand still as long as it takes."""
    from tree_sitter import Parser

    def piece(offset: int, _: object) -> bytes:
        return source[offset : offset + PIECE]

    try:
        return Parser(language).parse(piece, progress_callback=lambda *_: is_over())
    except ValueError:
        return None


def _first_mistake(tree: "Tree") -> "Node":
    """The first node that is wrong or missing. Costs its depth and its elder siblings."""
    cursor = tree.walk()
    node = tree.root_node
    while not (node.is_error or node.is_missing) and cursor.goto_first_child():
        while (child := cursor.node) and not child.has_error:
            if not cursor.goto_next_sibling():
                return node
        node = child or node
    return node
