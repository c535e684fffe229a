"""All that may happen to a small document, in any order: nothing is lost, nothing misplaced."""

import copy
from collections.abc import Iterator, Sequence

import pytest

from qwen_lsp.streaming.client_profile import CHECKED, NEOVIM, ClientProfile

from .world import ACTS, REPLIES, Act, World

MODEL: tuple[tuple[int, str | None], ...] = (
    (0, REPLIES[0][0]), (1, REPLIES[1][0]), (0, REPLIES[0][1]), (0, None), (1, None),
)  # fmt: skip
"""What the model says to which region; None: its reply is whole."""
CLIENTS = {
    "as VS Code": (CHECKED, False, False),
    "as Helix": (CHECKED, True, False),
    "as Neovim": (NEOVIM, False, True),
}


class Event:
    """The next of what the user does, of what the model says, or a step of the wire."""

    USER, MODEL, TAKE, HEAR, FLUSH = range(5)


def explored(client: tuple[ClientProfile, bool, bool], acts: Sequence[Act]) -> Iterator[list[str]]:
    """What goes wrong in each order of all events, each state looked at once."""
    profile, reports_first, drops = client
    seen: set[tuple[object, ...]] = set()
    left = [(World(profile, reports_first=reports_first, drops=drops), 0, 0)]
    while left:
        world, done, said = left.pop()
        key = (world.key, done, said)
        if key in seen:
            continue
        seen.add(key)
        events = [
            event
            for event, is_possible in (
                (Event.USER, done < len(acts)),
                (Event.MODEL, said < len(MODEL)),
                (Event.TAKE, world.outgoing),
                (Event.HEAR, world.incoming),
                (Event.FLUSH, world.is_unreported),
            )
            if is_possible
        ]
        if not events:
            yield world.rest()
        for event in events:
            after = copy.deepcopy(world)
            match event:
                case Event.USER:
                    after.act(acts[done])
                case Event.MODEL:
                    after.say(*MODEL[said])
                case Event.TAKE:
                    after.take()
                case Event.HEAR:
                    after.hear()
                case Event.FLUSH:
                    after.flush()
            left.append((after, done + (event == Event.USER), said + (event == Event.MODEL)))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_lost_and_nothing_is_misplaced(client: str, act: Act) -> None:
    runs = 0
    for wrong in explored(CLIENTS[client], [act]):
        assert wrong == []
        runs += 1
    assert runs > 0
