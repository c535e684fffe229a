"""Whether a job has come to what the contract says: its end, its document, and what was asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..e2e.sample import ABOVE, BELOW
from .plan import Fate, Plan
from .sample import code, code_in, reply

Json = Mapping[str, Any]
OnStop = Literal["restore", "keep"]
TOKEN = 4
"""Characters in an event of the simulator."""
_SENTENCE = re.compile(r"[A-Z0-9“][^\n]{20,400}\.")
_NO_SENTENCE = re.compile(r"<\w+|Traceback|sk-simulator|\{\"|None")


@dataclass(frozen=True)
class Came:
    """What came of a job.

    `ends` are what `qwen/jobEnded` said of it, `asked` the bodies of its requests in order, and
    `heard` the text that came back to each.
    """

    job: int
    plan: Plan
    ends: Sequence[Json]
    document: str
    on_stop: OnStop
    goes_on: bool
    asked: Sequence[Json]
    heard: Sequence[str]

    @property
    def outcome(self) -> str:
        return str(self.ends[0]["outcome"]) if self.ends else "hangs"

    @property
    def gone_on(self) -> int:
        """How many of the requests went on with a reply."""
        return sum(bool(_begun(body)) for body in self.asked)


def complaints(came: Came) -> Iterator[str]:
    """What is wrong, each in some words; nothing where all is well."""
    if len(came.ends) != 1:
        yield f"it has ended {len(came.ends)} times"
        return
    due = came.plan.due(goes_on=came.goes_on)
    allowed = {due} if due else {"done", "failed"} | ({"stopped"} if _may_stop(came) else set())
    if came.outcome not in allowed:
        should = " or ".join(sorted(map(str, allowed)))
        yield f"it is {came.outcome} and should be {should}: {came.ends[0].get('message')}"
    yield from _wrong_words(came)
    yield from _wrong_document(came)
    yield from _wrong_requests(came)


def _may_stop(came: Came) -> bool:
    return came.plan.stops_after is not None


def _wrong_words(came: Came) -> Iterator[str]:
    message = came.ends[0].get("message")
    if came.outcome == "failed" and not _is_sentence(message):
        yield f"no sentence says why: {message!r}"
    if came.outcome == "done" and message:
        yield f"it is done, and says {message!r}"


def _is_sentence(message: object) -> bool:
    return (
        isinstance(message, str)
        and bool(_SENTENCE.fullmatch(message))
        and not _NO_SENTENCE.search(message)
    )


def _wrong_document(came: Came) -> Iterator[str]:
    text = came.document
    if not (text.startswith(ABOVE) and text.endswith(BELOW)):
        yield "the document has changed beside the selection"
        return
    rows = text[len(ABOVE) : len(text) - len(BELOW)]
    old, new = code(came.job), code_in(reply(came.job))
    if came.outcome == "done":
        if rows != new:
            yield f"the rows are not the reply: {rows!r}"
    elif came.on_stop == "restore":
        if rows != old:
            yield f"the rows are not the original: {rows!r}"
    elif not _is_kept(rows, old, new, code_in("".join(came.heard))):
        yield f"the rows are no whole lines of the reply and of the original: {rows!r}"


def _is_kept(rows: str, old: str, new: str, heard: str) -> bool:
    """Whether new lines that came stand before the old ones that they have not replaced yet."""
    lines, olds, news = rows.split("\n"), old.split("\n"), new.split("\n")
    came = len(heard.split("\n")) if heard else 0
    return any(
        lines[:count] == news[:count] and lines[count:] == olds[len(olds) - len(lines) + count :]
        for count in range(max(0, len(lines) - len(olds)), min(came, len(lines)) + 1)
    )


def _wrong_requests(came: Came) -> Iterator[str]:
    """A reply is gone on with from what came of it, and none is asked for again that has begun."""
    # What a stop has cut off on its way to the service is not recorded there.
    is_cut_off = came.outcome == "stopped" and came.heard[-1:] == [""]
    if len(came.heard) - len(came.asked) not in ({0, 1} if is_cut_off else {0}):
        yield f"{len(came.asked)} requests had {len(came.heard)} answers"
    so_far, met = "", Fate()
    for number, (body, heard) in enumerate(zip(came.asked, came.heard, strict=False)):
        begun = _begun(body)
        if begun and not came.goes_on:
            yield f"request {number} goes on, where the service can't"
        elif not _is_what_came(begun, so_far, met):
            yield f"request {number} begins with {begun!r} after {so_far!r} came"
        so_far, met = begun + heard, came.plan.fate(number)
    if not reply(came.job).startswith(so_far):
        yield f"what came is not the reply: {so_far!r}"


def _is_what_came(begun: str, heard: str, fate: Fate) -> bool:
    """Whether `begun` is what came with this fate; the text of an event that was cut may count.

    What a reset connection still held is lost, as TCP has it.
    """
    if fate.resets:
        return heard.startswith(begun)
    longer, shorter = sorted((begun, heard), key=len, reverse=True)
    most = TOKEN if fate.cut is not None else 0
    return longer.startswith(shorter) and len(longer) - len(shorter) <= most


def _begun(body: Json) -> str:
    """The beginning of the reply that a request goes on from."""
    last = body["messages"][-1]
    return str(last["content"]) if last["role"] == "assistant" else ""
