"""The machine plays in a process of its own: its examples depend on all that is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..support.desk.habits import KINDS, Kind

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_and_nothing_goes_astray(kind: Kind) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "tests.soak.machine", kind],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
