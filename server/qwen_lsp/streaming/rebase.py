"""Where a region is after changes that others have made: operational transform.

A change outside moves the region; text put in exactly at an edge is outside. A change inside
leaves the region around what came of its text, if its edges can be found for certain.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..text.document import Change, Edit, Position, Span, after, split_lines
from ..text.edits import moved, moved_span, smallest_edit, touches
from ..text.hunks import Hunk, growth, hunks

_TOKEN = re.compile(r"[^\W_]+|[^\s]")
_WORD = re.compile(r"[^\W_]+|[^\x00-\x7f]")


class Rebased(NamedTuple):
    """Where a region is now.

    `inside` are the changes within it. `is_inferred`: some change was reported as more than what
    differs, so that its place is the result of a comparison.
    """

    span: Span
    inside: tuple[Change, ...]
    is_inferred: bool


def rebased(
    span: Span, changes: Iterable[Change], inside_before: Iterable[Change] = ()
) -> Rebased | None:
    """Where `span` is after `changes`, one after the other; None where its edges can't be found.

    `inside_before` are changes within it that were made before.
    """
    inside = list(inside_before)
    is_inferred = False
    for change in changes:
        if not touches(span, change.edit):
            span = moved_span(span, [change.edit])
            continue
        is_inferred |= bool(change.removed and change.edit.text)
        if (found := _followed(span, change)) is None:
            return None
        span, parts = found
        inside += parts
    return Rebased(span, tuple(inside), is_inferred)


def _followed(span: Span, change: Change) -> tuple[Span, list[Change]] | None:
    """Where `span` is after a change that touches it, and the parts of that which are within.

    What is refined may show that none is. Else a change within the span stays within as a whole,
    also what it puts in at an edge; of one that crosses an edge the tokens tell where that is.
    """
    by_parts = _through(span, refined(change))
    if by_parts and not by_parts[1]:
        return by_parts
    as_a_whole = _through(span, [change]) if change.edit.text and change.removed else None
    if as_a_whole is None:
        return by_parts
    return as_a_whole[0], by_parts[1] if by_parts else [change]


def _through(span: Span, changes: Iterable[Change]) -> tuple[Span, list[Change]] | None:
    inside = []
    for change in changes:
        if not touches(span, change.edit):
            span = moved_span(span, [change.edit])
            continue
        inside.append(change)
        start = _edge(span.start, change, is_start=True)
        end = _edge(span.end, change, is_start=False)
        if start is None or end is None:
            return None
        span = Span(start, max(start, end))
    return span, inside


def moved_by_ours(span: Span, edits: Sequence[Edit], *, is_below: bool) -> Span:
    """Where another region is once our `edits` are made in the one above or below it.

    They are in the positions before the first. Regions that touch keep their order.
    """
    start, end = span
    for edit in reversed(edits):
        start = moved(start, edit, stays_before=not is_below)
        end = moved(end, edit, stays_before=not is_below)
    return Span(start, end)


def refined(change: Change) -> Iterator[Change]:
    """The changes of single runs of lines that it comes to, from the bottom up.

    A client may report a whole paragraph as replaced where a few characters differ.
    """
    (start, _), text = change.edit
    if not change.removed or not text:
        yield change
        return
    old, new = split_lines(change.removed), split_lines(text)
    least = trimmed(text, change.removed)
    hunks_of = _aligned(old, new) if all(least) else [Hunk(0, len(old), tuple(new))]
    for first, last, lines in reversed(hunks_of):
        if small := smallest_edit([*old[first:last], ""], [*lines, ""]):
            shift = Position(start.line + first, start.column if first == 0 else 0)
            edit = Edit(Span(*(_shifted(place, shift) for place in small.span)), small.text)
            yield Change(edit, _text_in(old[first:last], small.span))


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """The hunks between two lists of lines, where one that is laid out anew is the same line."""
    found: list[Hunk] = []
    row = shift = 0
    stripped = hunks([line.strip() for line in old], [line.strip() for line in new])
    for hunk in (*stripped, Hunk(len(old), len(old), ())):
        found += (
            Hunk(same, same + 1, (new[same + shift],))
            for same in range(row, hunk.first)
            if old[same] != new[same + shift]
        )
        if hunk.last > hunk.first or hunk.lines:
            start = hunk.first + shift
            found.append(Hunk(hunk.first, hunk.last, tuple(new[start : start + len(hunk.lines)])))
        row, shift = hunk.last, shift + growth(hunk)
    return found


def same_words(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether rows hold the same words, in whatever order, case and layout.

    A formatter moves and splits them and changes punctuation; who changes a word is no formatter.
    """
    return _words(one) == _words(other)


def same_but_for_space(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether rows are the same once all white space is taken out."""
    return "".join("".join(one).split()) == "".join("".join(other).split())


def trimmed(put: str, removed: str) -> tuple[str, str]:
    """A replacement without what is the same at both ends of it."""
    small = smallest_edit(split_lines(removed), split_lines(put))
    if small is None:
        return "", ""
    return small.text, _text_in(split_lines(removed), small.span)


def _edge(edge: Position, change: Change, *, is_start: bool) -> Position | None:
    """Where an edge of a region is after a change; None where that can't be known."""
    start, end = change.edit.span
    if not start < edge < end:
        return moved(edge, change.edit, stays_before=not is_start)
    before = _offset(change.removed, start, edge)
    offset = _between_same_tokens(change, before, is_start=is_start)
    return None if offset is None else after(start, change.edit.text[:offset])


def _between_same_tokens(change: Change, offset: int, *, is_start: bool) -> int | None:
    """The offset in the new text between the two tokens that `offset` of the old is between."""
    removed, text = change.removed, change.edit.text
    old = [match.span() for match in _TOKEN.finditer(removed)]
    new = [match.span() for match in _TOKEN.finditer(text)]
    index = bisect_left([first for first, _ in old], offset)
    found = hunks([removed[a:b] for a, b in old], [text[a:b] for a, b in new])
    if index and old[index - 1][1] > offset:
        # It is within a token, where somebody has typed right beside the rows.
        within = index - 1
        if any(hunk.first <= within < hunk.last for hunk in found):
            return None
        same = within + sum(growth(hunk) for hunk in found if hunk.last <= within)
        return new[same][0] + offset - old[within][0]
    if any(hunk.first <= index <= hunk.last for hunk in found):
        return None
    before, behind = _gap(removed, old, index)
    index += sum(growth(hunk) for hunk in found if hunk.last < index)
    start, end = _gap(text, new, index)
    return start + _place_in_gap(
        text[start:end], removed[before:offset], removed[offset:behind], is_start=is_start
    )


def _gap(text: str, tokens: Sequence[tuple[int, int]], index: int) -> tuple[int, int]:
    """Where the white space before token `index` begins and ends."""
    start = tokens[index - 1][1] if index else 0
    return start, tokens[index][0] if index < len(tokens) else len(text)


def _place_in_gap(gap: str, before: str, behind: str, *, is_start: bool) -> int:
    """Where an edge is in white space that was `before` and `behind` it.

    Where both are gone, rows begin with their indentation, and end behind their last token.
    """
    if is_start and before.endswith("\n") and "\n" not in behind and "\n" in gap:
        return gap.rfind("\n") + 1
    is_behind = gap.endswith(behind) and len(gap) >= len(behind)
    if gap.startswith(before) and (not is_start or not is_behind):
        return len(before)
    if is_behind:
        return len(gap) - len(behind)
    return gap.rfind("\n") + 1 if is_start else 0


def _offset(text: str, start: Position, place: Position) -> int:
    """The offset of `place` in a text that begins at `start`."""
    lines = split_lines(text)
    row = place.line - start.line
    column = place.column - (start.column if row == 0 else 0)
    return sum(map(len, lines[:row])) + column


def _text_in(lines: Sequence[str], span: Span) -> str:
    (first, column), (last, end) = span
    if first == last:
        return lines[first][column:end] if first < len(lines) else ""
    tail = lines[last][:end] if last < len(lines) else ""
    return "".join((lines[first][column:], *lines[first + 1 : last], tail))


def _shifted(place: Position, by: Position) -> Position:
    return Position(place.line + by.line, place.column + (by.column if place.line == 0 else 0))


def _words(rows: Sequence[str]) -> list[str]:
    return sorted(word.casefold() for row in rows for word in _WORD.findall(row))
