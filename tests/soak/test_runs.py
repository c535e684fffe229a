"""Some of the runs of the soak, by the first seeds."""

import pytest

from ..support.desk.habits import KINDS, Kind
from .__main__ import Chunk, run

RUNS = 150


@pytest.mark.parametrize("kind", KINDS)
def test_no_run_goes_wrong(kind: Kind) -> None:
    assert run(Chunk(kind, 1, 1 + RUNS)).wrong == []
