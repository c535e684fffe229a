"""What is wrong with a job is seen, each kind of it."""

from dataclasses import replace
from typing import Any

import pytest

from ..e2e.sample import ABOVE, BELOW
from .plan import Fate, Plan
from .sample import code, code_in, reply
from .verdict import Came, complaints

REPLY, OLD = reply(7), code(7)
NEW = code_in(REPLY)
HALF = REPLY[: len(REPLY) // 2]
LINES = code_in(HALF).count("\n") + 1
KEPT = "\n".join([*NEW.split("\n")[:LINES], *OLD.split("\n")[-5:]])
SENTENCE = "The connection to example.org broke before the reply was whole; run the action again."
BROKEN = Plan((Fate("broken"),))


def asked(begun: str | None = None) -> dict[str, Any]:
    said = [{"role": "user", "content": "…"}]
    return {"messages": said + ([{"role": "assistant", "content": begun}] if begun else [])}


def ended(outcome: str, message: str | None = None) -> dict[str, str | None]:
    return {"job": "1", "outcome": outcome, "message": message}


def document(rows: str) -> str:
    return ABOVE + rows + BELOW


DONE = Came(7, Plan(), [ended("done")], document(NEW), "restore", False, [asked()], [REPLY])
FAILED = Came(
    7, BROKEN, [ended("failed", SENTENCE)], document(OLD), "restore", False, [asked()], [HALF]
)
KEEPS = replace(FAILED, on_stop="keep", document=document(KEPT))
STOPPED = replace(FAILED, plan=Plan(stops_after=0.1), ends=[ended("stopped")])
GONE_ON = replace(
    DONE, plan=BROKEN, goes_on=True, asked=[asked(), asked(HALF)], heard=[HALF, REPLY[len(HALF) :]]
)
RESET = replace(
    GONE_ON,
    plan=Plan((Fate("anywhere", resets=True),)),
    asked=[asked(), asked(HALF[:-20])],
    heard=[HALF, REPLY[len(HALF) - 20 :]],
)
AGAIN = replace(GONE_ON, asked=[asked(), asked()], heard=["Here", REPLY])
ONE_CUT = replace(AGAIN, plan=Plan((Fate("anywhere", cut=700),)))
ALL_LOST = replace(AGAIN, plan=RESET.plan)
CUT_OFF = replace(STOPPED, asked=[], heard=[""])
ASKED_AGAIN = replace(DONE, plan=Plan((Fate("rate"),)), asked=[asked(), asked()], heard=["", REPLY])


WELL = [DONE, FAILED, KEEPS, STOPPED, GONE_ON, RESET, ONE_CUT, ALL_LOST, CUT_OFF, ASKED_AGAIN]


@pytest.mark.parametrize("came", WELL)
def test_nothing_is_wrong(came: Came) -> None:
    assert list(complaints(came)) == []


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (replace(DONE, ends=[]), "ended 0 times"),
        (replace(DONE, ends=[ended("done")] * 2), "ended 2 times"),
        (replace(FAILED, plan=Plan()), "is failed and should be done"),
        (replace(DONE, plan=BROKEN), "is done and should be failed"),
        (replace(STOPPED, plan=Plan((Fate("anywhere"),))), "is stopped and should be done or"),
        (replace(DONE, ends=[ended("takenOver")]), "is takenOver"),
        (replace(FAILED, ends=[ended("failed")]), "no sentence says why"),
        (replace(FAILED, ends=[ended("failed", SENTENCE[:-1])]), "no sentence says why"),
        (replace(FAILED, ends=[ended("failed", "It said <html> in place of a reply.")]), "no sent"),
        (replace(FAILED, ends=[ended("failed", "It did not accept sk-simulator-key.")]), "no sent"),
        (replace(DONE, ends=[ended("done", SENTENCE)]), "it is done, and says"),
        (replace(DONE, document=document(NEW) + "\n"), "beside the selection"),
        (replace(DONE, document=document(NEW + "\n")), "are not the reply"),
        (replace(DONE, document=document(OLD)), "are not the reply"),
        (replace(FAILED, document=document(KEPT)), "are not the original"),
        (replace(STOPPED, document=document(NEW)), "are not the original"),
        (replace(KEEPS, document=document(KEPT[:-1])), "no whole lines"),
        (replace(KEEPS, document=document(NEW)), "no whole lines"),
        (replace(KEEPS, document=document(KEPT), heard=[""]), "no whole lines"),
        (replace(ASKED_AGAIN, heard=[HALF, REPLY]), "begins with '' after"),
        (replace(ASKED_AGAIN, heard=["H", REPLY]), "begins with '' after"),
        (replace(ASKED_AGAIN, heard=[REPLY]), "2 requests had 1 answers"),
        (replace(CUT_OFF, ends=FAILED.ends), "0 requests had 1 answers"),
        (replace(CUT_OFF, heard=[HALF]), "0 requests had 1 answers"),
        (replace(GONE_ON, goes_on=False), "where the service can't"),
        (AGAIN, " came"),
        (replace(ONE_CUT, heard=["Here is", REPLY]), " came"),
        (replace(RESET, plan=BROKEN), " came"),
        (replace(RESET, asked=[asked(), asked(HALF + REPLY[len(HALF) :])]), " came"),
        (replace(GONE_ON, asked=[asked(), asked(OLD)]), " came"),
        (replace(GONE_ON, asked=[asked(), asked(HALF[:-5])]), " came"),
        (replace(GONE_ON, heard=[HALF, REPLY]), "what came is not the reply"),
    ],
)
def test_it_is_seen(came: Came, words: str) -> None:
    assert words in "; ".join(complaints(came))


@pytest.mark.parametrize(
    ("kinds", "goes_on", "due"),
    [
        ("", False, "done"),
        ("rate rate rate rate rate", False, "done"),
        ("rate rate rate rate rate rate", False, "failed"),
        ("trouble trouble trouble rate lost lost", False, "done"),
        ("trouble trouble trouble trouble", True, "failed"),
        ("lost lost lost", True, "failed"),
        ("quota quota quota", False, "failed"),
        ("rate final", True, "failed"),
        ("broken", False, "failed"),
        ("broken broken", True, "done"),
        ("broken broken broken", True, "failed"),
        ("trouble trouble broken trouble trouble", True, "done"),
        ("broken lost", True, "failed"),
        ("anywhere", False, None),
        ("smaller", True, None),
    ],
)
def test_what_is_due(kinds: str, goes_on: bool, due: str | None) -> None:
    fates = tuple(Fate(kind) for kind in kinds.split())  # type: ignore[arg-type]
    assert Plan(fates).due(goes_on=goes_on) == due
    assert Plan(fates, stops_after=0.5).due(goes_on=goes_on) is None
