"""How streamed edits reach a document that its user goes on typing into: optimistic concurrency.

The client is the authority. Each edit is made for one version of the document, and the client
applies it only if the document is still at that version (compare and swap), so an edit that is
applied is applied to exactly the text that it was computed from. One edit is in flight at a time.
It is confirmed by the client's answer and report; one that was rejected, or that turns out not to
have been applied, is stale: the regions are rebased on the changes of others, and the next edit is
computed anew.

Knows nothing of LSP and has no clock: it is given what happened and when, and says what to send.
Times are seconds of any one clock. docs/streaming.md has the invariants.
"""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..text.document import Change, Document, Edit, Position, Span
from ..text.rewrite import Step
from .client_profile import CHECKED, ClientProfile
from .confirm import Match, applied, confirm, differences
from .pacing import Pacing
from .rebase import moved_by_ours, refined
from .region import Ending, Region, RegionGroup
from .snapshot import Excerpt, Snapshot

NO_CHANGE = (Edit(Span(Position(0, 0), Position(0, 0)), ""),)
"""Edits that change nothing: a client that does not check version 0 counts from there on."""


@dataclass(frozen=True, eq=False)
class VersionedEdit:
    """Edits to be sent now, in the positions of the document's `version`.

    `is_first`: undo is to stop before it; `is_last`: nothing is
    known to follow. `may_be_hidden`: it may be applied though no editor shows the document.
    """

    region: Region
    edits: tuple[Edit, ...]
    version: int
    is_first: bool = False
    is_last: bool = False
    may_be_hidden: bool = False


@dataclass(eq=False)
class _InFlight:
    """The edit that has left and is not confirmed yet, and what was reported since.

    `saved_after` is how many of the changes were reported before the document was last saved.
    """

    edit: VersionedEdit
    step: Step | None
    rows: int
    is_answered: bool = False
    is_reported: bool = False
    is_whole_text: bool = False
    saved_after: int = 0
    changes: list[Change] = field(default_factory=list)
    begun: dict[Region, int] = field(default_factory=dict)
    """The regions that have begun since, and after how many of the changes."""


class Delivery:
    """The edits of all regions of one document."""

    def __init__(
        self, document: Document, version: int, profile: ClientProfile | None = None
    ) -> None:
        self.document = document
        self.version = version
        self.profile = CHECKED if profile is None else profile
        self.has_undo_stops = False
        self.regions: list[Region] = []
        """Those that are being written, in the order of the document."""
        self.stalled_since: float | None = None
        """When the first edit left that no other has landed after, and no change was reported."""
        self._in_flight: _InFlight | None = None
        self._pacing = Pacing(self.profile.reports)
        self._is_hidden = False

    def begin(
        self,
        first: int,
        last: int,
        original: Sequence[str] | None = None,
        group: RegionGroup | None = None,
    ) -> Region:
        """Opens rows `first` up to, not including, `last` for writing.

        Where `original` is given, they turn back into that first. The regions of a `group` end
        together unless all is well.
        """
        region = Region(self.document, first, last, original, group)
        if self._in_flight and self._in_flight.changes:
            self._in_flight.begun[region] = len(self._in_flight.changes)
        insort(self.regions, region, key=lambda each: each.span)
        return region

    @property
    def holds_changes(self) -> bool:
        """Whether it is still open whose the changes reported last are."""
        return bool(self._in_flight and self._in_flight.changes)

    def overlaps(self, first: int, last: int) -> bool:
        """Whether rows `first` up to `last` touch a region that is being written."""
        spans = [region.span for region in self.regions]
        return any(start.line < last and first <= end.line for start, end in spans)

    def next(self, now: float) -> VersionedEdit | float | None:
        """The edit to send now, or when to ask again, or None: only an event changes that."""
        while True:
            self._settle(now)
            if self._in_flight:
                return None
            waiting = sorted(
                (region for region in self.regions if region.is_waiting),
                key=lambda region: region.sent_at,
            )
            due = {region: self._due(region, now) for region in waiting}
            ready = next((region for region in waiting if due[region] <= now), None)
            if ready is None:
                undecided = any(region.is_undecided for region in self.regions)
                times = [*due.values(), *([self._pacing.saved_by] if undecided else ())]
                return min(times, default=None)
            if edit := self._send(ready, now):
                return edit

    def answered(
        self,
        edit: VersionedEdit,
        now: float,
        *,
        applied: bool,
        reason: str = "",
        is_hidden: bool = False,
    ) -> None:
        """The client says of `edit` that it was applied, or that it was not.

        `is_hidden`: it was not because no editor shows the document.
        """
        flight = self._in_flight
        if flight is None or flight.edit is not edit:
            return
        if applied:
            flight.is_answered = True
            self._decide(now)
            return
        is_newest = not flight.changes
        self._not_applied(now)
        region = edit.region
        if is_hidden:
            self._is_hidden = True
            self._pacing.hidden(now)
        elif is_newest:
            self._pacing.rejected(now)
            if region.ending is None:
                self._count_rejection(region, reason)

    def changed(
        self, version: int, changes: Sequence[Change], now: float, *, is_whole_text: bool = False
    ) -> None:
        """The document is now at `version`; `changes`, one after the other, have made it so.

        `is_whole_text`: the client sent the whole text, and they are what differs.
        """
        self.version = version
        self._pacing.reported(now)
        if flight := self._in_flight:
            flight.changes += changes
            flight.is_reported = True
            flight.is_whole_text |= is_whole_text
            self._decide(now)
        else:
            self._follow(changes, now, is_compared=is_whole_text)

    def saved(self) -> None:
        """The document was saved, as it is."""
        if self._in_flight:
            self._in_flight.saved_after = len(self._in_flight.changes)
        if not self._in_flight or not self._in_flight.changes:
            self._notice_save()

    def close(self) -> None:
        """The document is closed: nothing more is written."""
        flight, self._in_flight = self._in_flight, None
        if flight and flight.step:
            flight.edit.region.was_in_flight = True
        for region in list(self.regions):
            self._end(region, Ending.CLOSED)

    # What is sent.

    def _due(self, region: Region, now: float) -> float:
        return self._pacing.due(
            now, ignores_gap=region.ignores_gap, waits_for_rest=region.waits_for_rest
        )

    def _send(self, region: Region, now: float) -> VersionedEdit | None:
        """The edit that makes the next step; None where the step changes nothing."""
        step = region.step()
        if not step.hunks:
            region.rewrite.land(step)
            return None
        if self.version == 0 and not self.profile.checks_zero:
            return self._leave(VersionedEdit(region, NO_CHANGE, 0), None, now)
        edits = region.edits(step)
        if edits is None:
            self._end(region, Ending.CONFLICT)
            return None
        edit = VersionedEdit(
            region,
            edits,
            self.version,
            is_first=region.undo_steps.begins or region.is_folding,
            is_last=region.is_last(step),
            may_be_hidden=self._is_hidden and region.is_closed,
        )
        region.undo_steps.sent(now)
        region.sent_at = now
        return self._leave(edit, step, now)

    def _leave(self, edit: VersionedEdit, step: Step | None, now: float) -> VersionedEdit:
        self._pacing.sent(now)
        if self.stalled_since is None:
            self.stalled_since = now
        self._in_flight = _InFlight(edit, step, len(self.document.lines))
        return edit

    def _settle(self, now: float) -> None:
        """Ends what is written as a whole. Nothing ends while it is open what the text is."""
        if self._in_flight:
            return
        for region in list(self.regions):
            if region.is_undecided and now >= self._pacing.saved_by:
                self._end(region, Ending.CONFLICT)
            if region.is_suspended and region.is_closed and not region.is_undecided:
                region.resume()
            if region.is_suspended:
                continue
            while region.rewrite.is_settled and region.advance(may_fold=self._may_fold(now)):
                pass
            if region.is_closed and region.rewrite.is_settled:
                self._end(region, Ending.SETTLED if region.stands() else Ending.CONFLICT)

    def _may_fold(self, now: float) -> bool:
        is_one_step = self.has_undo_stops or self.profile.merges_undo
        return not is_one_step and not self._pacing.is_typing(now)

    # What became of it.

    def _decide(self, now: float) -> None:
        """Goes on once it is certain whether the edit in flight was applied."""
        if (flight := self._in_flight) is None:
            return
        if flight.edit.edits is NO_CHANGE:
            if self.version > flight.edit.version:
                self._not_applied(now)
        elif self.profile.answers_truthfully:
            if flight.is_answered and flight.changes:
                self._look_for(flight, now)
        elif flight.is_reported:
            self._look_for(flight, now)

    def _look_for(self, flight: _InFlight, now: float) -> None:
        """Compares what was reported with what the edit in flight makes of the base."""
        edits = flight.edit.edits
        snapshot = Snapshot(self.document, flight.changes, flight.rows)
        before, after = snapshot.excerpt(edit.span for edit in edits)
        found = confirm(before, edits, flight.changes)
        if found.match is Match.WHOLE:
            self._applied(flight, before, flight.changes[found.taken :], now)
        elif found.match is Match.NONE and not self.profile.checks_version:
            self._end(flight.edit.region, Ending.UNVERIFIED)
            self._not_applied(now)
        elif found.match is Match.NONE and self._is_among_others(flight, before, after):
            rest = differences(applied(before, edits), after)
            self._applied(flight, before, rest, now, is_compared=True)
        elif found.match is Match.NONE:
            self._not_applied(now)

    def _is_among_others(self, flight: _InFlight, before: Excerpt, after: Excerpt) -> bool:
        """Whether the edit is in what was reported, but not told apart from others' changes.

        By the answer, where that is truthful. Else only a whole text leaves it open; then the
        edit is in it where that leaves less to others.
        """
        if self.profile.answers_truthfully:
            return True
        if not flight.is_whole_text:
            return False
        with_ours = differences(applied(before, flight.edit.edits), after)
        return _size(with_ours) < _size(differences(before, after))

    def _applied(
        self,
        flight: _InFlight,
        before: Excerpt,
        rest: Sequence[Change],
        now: float,
        *,
        is_compared: bool = False,
    ) -> None:
        """The edit in flight is confirmed; `rest` is what others have changed after it."""
        self._in_flight = self.stalled_since = None
        self._is_hidden = False
        written, edits = flight.edit.region, flight.edit.edits
        place = self.regions.index(written) if written in self.regions else None
        for index, region in enumerate(self.regions):
            if region is written and flight.step:
                region.land(flight.step, [Change(edit, before.slice(edit.span)) for edit in edits])
            elif region not in flight.begun:
                starts_below = region.span.start >= edits[0].span.start
                is_below = starts_below if place is None else index > place
                region.span = moved_by_ours(region.span, edits, is_below=is_below)
        self._follow_with_save(flight, rest, now, is_compared=is_compared)

    def _not_applied(self, now: float) -> None:
        flight, self._in_flight = self._in_flight, None
        if flight:
            is_compared = flight.is_whole_text
            self._follow_with_save(flight, flight.changes, now, is_compared=is_compared)

    def _follow_with_save(
        self, flight: _InFlight, rest: Sequence[Change], now: float, *, is_compared: bool
    ) -> None:
        """Follows the changes of others in the order in which the document was also saved."""
        behind = len(flight.changes) - flight.saved_after
        older = [region for region in self.regions if region not in flight.begun]
        saved = 0
        if flight.saved_after and not (is_compared and behind):
            saved = max(0, len(rest) - behind)
        self._follow(rest, now, is_compared=is_compared, saved_after=saved, regions=older)
        for region, known in flight.begun.items():
            # Where it has begun, these changes were in the document already.
            since = max(0, flight.saved_after - known)
            more = flight.changes[known:]
            self._follow(more, now, is_compared=False, saved_after=since, regions=[region])

    def _follow(
        self,
        changes: Sequence[Change],
        now: float,
        *,
        is_compared: bool,
        saved_after: int = 0,
        regions: Sequence[Region] | None = None,
    ) -> None:
        """Rebases regions, or all, on changes of others, and a save after so many of them."""
        saved = sum(map(_is_change, changes[:saved_after]))
        changes = list(filter(_is_change, changes))
        if not changes:
            return
        self._pacing.typed_at = now
        self.stalled_since = None
        slides = is_compared or self.profile.compares_lines
        for region in list(self.regions) if regions is None else regions:
            region.rejections = 0
            if region.ending is None and not region.follow(
                changes, slides=slides, saved_after=saved
            ):
                self._end(region, Ending.CONFLICT)

    def _notice_save(self) -> None:
        for region in self.regions:
            region.saved()

    def _count_rejection(self, region: Region, reason: str) -> None:
        region.rejections += 1
        most = self.profile.most_rejections
        if most is not None and region.rejections >= most:
            self._end(region, Ending.REFUSED, reason)

    def _end(self, region: Region, ending: Ending, reason: str = "") -> None:
        """Ends a region, and all of its group where it did not end well."""
        group = [region] if ending is Ending.SETTLED else region.group.regions
        for each in group:
            if each.ending is None:
                each.ending, each.reason = ending, reason
                self.regions.remove(each)


def _is_change(change: Change) -> bool:
    return change.edit.text != change.removed


def _size(changes: Iterable[Change]) -> int:
    """How many characters the changes take away and put in."""
    parts = (part for change in changes for part in refined(change))
    return sum(len(part.edit.text) + len(part.removed) for part in parts)
