"""Every scenario, as often as it can differ.

One that edits no document is played once. One that does is played in VS Code with the reply whole,
by lines and by characters, and in each other kind of editor, where the reply comes by lines: how
it was cut makes a difference only to when an edit leaves. Neovim is two kinds, for it reports
changes one by one or all as one. That a scenario without a `result` edits nothing is checked when
it is played.

`SCENARIO_UPDATE=1` writes what really happened into the expectations.
"""

import functools
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.log import open_file
from qwen_lsp.lsp.rpc import endpoint
from qwen_lsp.lsp.rpc.messages import tolerant_converter

from .support.kinds import Kind, Telling
from .support.player import Player
from .support.scenario import Scenario, example_scenario, read_scenarios, rewritten
from .support.service import Cut
from .support.virtual_time import run_virtually

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = [scenario for path in sorted(FOLDER.glob("*.md")) for scenario in read_scenarios(path)]
EXAMPLES = [
    example_scenario(action.id, example)
    for action in builtin_actions()
    for example in action.examples
]
Way = tuple[Cut, Kind, Telling]
UPDATES = os.environ.get("SCENARIO_UPDATE") == "1"


def as_it_is_now(scenario: Scenario) -> Scenario:
    """The scenario read again: an update of another one has moved its lines."""
    return next(each for each in read_scenarios(scenario.path) if each.title == scenario.title)


def runs() -> Iterator[Any]:
    """Every scenario in each way and in each editor in which it can differ."""
    for scenario in SCENARIOS:
        kinds = [kind for kind in get_args(Kind) if kind in (scenario.editors or get_args(Kind))]
        for cut, kind, telling in ways(kinds) if scenario.has_edits else once(kinds):
            name = f"{scenario.id}-{cut}-{kind}" + ("" if telling == "usual" else f"-{telling}")
            yield pytest.param(scenario, cut, kind, telling, id=name)


def ways(kinds: Sequence[Kind]) -> Iterator[Way]:
    """All ways in these kinds of editors."""
    for kind in kinds:
        for cut in get_args(Cut) if kind == "vscode" else ("lines",):
            yield cut, kind, "usual"
        if kind == "neovim":
            yield "lines", kind, "summed"


def once(kinds: Sequence[Kind]) -> Iterator[Way]:
    """One way, in the first of these kinds of editors."""
    yield "lines", kinds[0], "usual"


@pytest.fixture(scope="module", autouse=True)
def a_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The servers write a log, as they do wherever they can."""
    file = open_file(tmp_path_factory.mktemp("log"))
    logging.getLogger().addHandler(file)
    yield
    logging.getLogger().removeHandler(file)
    file.close()


@pytest.fixture(autouse=True)
def converter_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One converter for all servers: to make it takes longer than to play a scenario."""
    monkeypatch.setattr(endpoint, "tolerant_converter", one_converter)


one_converter = functools.cache(tolerant_converter)


@pytest.mark.parametrize(("scenario", "cut", "kind", "telling"), list(runs()))
def test_scenario(
    scenario: Scenario, cut: Cut, kind: Kind, telling: Telling, tmp_path: Path
) -> None:
    if UPDATES:
        scenario = as_it_is_now(scenario)
    wrong = run_virtually(Player(scenario, cut, kind, tmp_path, telling).play())
    if UPDATES and cut == "lines" and kind == [*scenario.editors, "vscode"][0]:
        told = {line: text for line, text in wrong.items() if line > 0}
        scenario.path.write_text(rewritten(scenario.path, told), encoding="utf-8")
    assert not wrong, "\n".join(f"line {line}: {text}" for line, text in wrong.items())


@pytest.mark.parametrize("cut", get_args(Cut))
@pytest.mark.parametrize("scenario", EXAMPLES, ids=lambda scenario: scenario.id)
def test_example_of_an_action(scenario: Scenario, cut: Cut, tmp_path: Path) -> None:
    player = Player(scenario, cut, "vscode", tmp_path, shows_all=True)
    assert not run_virtually(player.play())


def test_every_action_has_an_example() -> None:
    assert all(action.examples for action in builtin_actions())
