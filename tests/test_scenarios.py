"""Every scenario, with the reply whole, by lines and by characters, in two kinds of editor.

`SCENARIO_UPDATE=1` writes what really happened into the expectations.
"""

import os
from pathlib import Path
from typing import get_args

import pytest

from qwen_lsp.actions.library import builtin_actions

from .support.model_editor import Kind
from .support.player import Cut, Player
from .support.scenario import Scenario, example_scenario, read_scenarios, rewritten
from .support.virtual_time import run_virtually

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = [scenario for path in sorted(FOLDER.glob("*.md")) for scenario in read_scenarios(path)]
EXAMPLES = [
    example_scenario(action.id, example)
    for action in builtin_actions()
    for example in action.examples
]
UPDATES = os.environ.get("SCENARIO_UPDATE") == "1"


def as_it_is_now(scenario: Scenario) -> Scenario:
    """The scenario read again: an update of another one has moved its lines."""
    return next(each for each in read_scenarios(scenario.path) if each.title == scenario.title)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("cut", get_args(Cut))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_scenario(scenario: Scenario, cut: Cut, kind: Kind, tmp_path: Path) -> None:
    if UPDATES:
        scenario = as_it_is_now(scenario)
    wrong = run_virtually(Player(scenario, cut, kind, tmp_path).play())
    if UPDATES and cut == "lines" and kind == "vscode":
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
