"""Some jobs in all weathers, by one seed; `make soak` runs many more, by any."""

import asyncio
from functools import partial
from pathlib import Path

from .plan import drawn
from .station import Log, station
from .verdict import OnStop

JOBS = 32
SEED = 3


async def test_every_job_ends_as_the_contract_says(tmp_path: Path) -> None:
    jobs = range(JOBS)
    cut, gone_on = await asyncio.gather(
        came_of(jobs[::2], tmp_path / "cut", "keep", goes_on=False),
        came_of(jobs[1::2], tmp_path / "gone-on", "restore", goes_on=True),
    )
    assert (cut.wrong, gone_on.wrong) == ({}, {})
    assert cut.outcomes.total() + gone_on.outcomes.total() == JOBS
    assert min(cut.outcomes["failed"], gone_on.outcomes["done"], gone_on.gone_on) > JOBS // 8
    assert gone_on.outcomes["failed"] > 1
    assert cut.requests + gone_on.requests > JOBS + JOBS // 4
    assert cut.gone_on == 0


async def came_of(jobs: range, home: Path, on_stop: OnStop, *, goes_on: bool) -> Log:
    plan_of = partial(drawn, SEED, is_quick=True)
    async with station(home, plan_of, goes_on=goes_on) as found:
        await found.run(jobs, plan_of, on_stop)
    return found.log
