"""Running a study: what is missing is handed out, what comes back is kept, and dead workers are replaced."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import InputError
from sim.batch import executors, identity
from sim.batch.executors import Crew
from sim.batch.part import Job, Made, jobs, make
from sim.batch.plan import Plan
from sim.batch.study import Study

REBUILDS = 10
"""Times that workers may die in a row without any of them finishing a part."""
AHEAD = 2
"""Jobs that wait at each worker: none is idle, and a million do not wait in memory."""


@dataclass
class State:
    """How far a study is; futures are those of whole parts."""

    parts: int
    futures: int
    done_parts: int
    done_futures: int
    new_futures: int = 0
    """Futures that this run has simulated."""
    restarts: int = 0
    """Times that dead workers were replaced."""

    def finished(self, part: Made) -> None:
        """Count a part that is kept."""
        self.done_parts += 1
        self.done_futures += part.runs
        self.new_futures += part.runs


Progress = Callable[[State], None]


def run_study(
    plan: Plan,
    out: Path | str,
    crew: Crew | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run what is missing of a study, and return it; what was finished before is not simulated again.

    Args:
        plan: what to run.
        out: folder under which the study's own one, NAME-DIGEST, is made.
        crew: who does it (`sim.batch.executors`); this process by default. The files are the same to the last bit.
        progress: called at the start and after every part.

    Raises:
        InputError: when the disk is full, a part cannot be simulated, or workers keep dying. What is finished stays.
    """
    study = Study.of(plan, out)
    with study.writing():
        missing = study.missing()
        futures, left = (sum(part.runs for part in parts) for parts in (study.parts, missing))
        state = State(len(study.parts), futures, len(study.parts) - len(missing), futures - left)
        if progress is not None:
            progress(state)
        work = jobs(
            missing, axes=tuple(plan.design.axes), outcomes=plan.asked, until=plan.horizon,
            parameters=plan.parameters, stamp=identity.stamp(),
        )  # fmt: skip
        failed = _work(study, deque(work), crew or Crew(executors.Here, lambda: 1), state, progress)
    if failed:
        raise InputError(
            f"{len(failed)} of {state.parts} parts cannot be simulated; all others are finished. "
            f"First: {failed[0].file.rpartition('-seed')[0]}: {failed[0].error}; a setting is too extreme"
        )
    return study


def _work(study: Study, todo: deque[Job], crew: Crew, state: State, progress: Progress | None) -> list[Made]:
    """Hand out jobs until none is left; when workers die, make new ones and hand out again what they had."""
    failed: list[Made] = []
    deaths = 0
    while todo:
        pool = crew.make()
        live: dict[Future[list[Made]], Job] = {}
        try:
            for made in _finished(pool, todo, live, crew):
                deaths = 0
                failed += [part for part in made if part.error]
                for part in made:
                    if not part.error:
                        study.keep(part)
                        state.finished(part)
                if progress is not None:
                    progress(state)
        except Exception as error:
            if not executors.lost(error):
                raise
            deaths, state.restarts = deaths + 1, state.restarts + 1
            todo.extendleft(reversed(live.values()))
            if deaths > REBUILDS:
                at = next((job.parts[0].file for job in live.values()), todo[0].parts[0].file if todo else "")
                raise InputError(f"workers died {deaths} times in a row, near {at}; is there enough memory?") from error
        finally:
            for future in live:
                future.cancel()
            pool.shutdown(wait=False)
    return failed


def _finished(
    pool: Executor, todo: deque[Job], live: dict[Future[list[Made]], Job], crew: Crew
) -> Iterator[list[Made]]:
    """Answers as they come; a job leaves `live` only when its answer has been used."""
    while todo or live:
        while todo and len(live) < AHEAD * crew.workers() + 1:
            job = todo[0]
            live[pool.submit(make, job)] = job
            todo.popleft()
        for future in wait(live, return_when=FIRST_COMPLETED).done:
            yield future.result()
            del live[future]
