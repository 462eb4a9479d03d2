"""Running a study: what is missing is handed out, what comes back is kept, and dead workers are replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import InputError
from sim.batch import executors, identity
from sim.batch.executors import Pool
from sim.batch.hand_out import hand_out
from sim.batch.part import Job, Made, jobs, make
from sim.batch.plan import Plan
from sim.batch.study import Study
from sim.checks import checked
from sim.own import Own, check_travels, seated
from sim.results.outcomes import custom


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

    def restarted(self) -> None:
        """Count a replacement of dead workers."""
        self.restarts += 1


Progress = Callable[[State], None]


@checked
def run_study(
    plan: Plan,
    out: Path | str,
    executor: Executor | None = None,
    progress: Progress | None = None,
    agents: Mapping[str, Own] | None = None,
) -> Study:
    """Run what is missing of a study, and return it; what was finished before is not simulated again.

    Args:
        plan: what to run.
        out: folder under which the study's own one, NAME-DIGEST, is made.
        executor: who does it: `sim.batch.executors.processes(8)`, or anything like a `concurrent.futures.Executor`;
            this process by default. The files are the same to the last bit.
        progress: called at the start and after every part.
        agents: custom actors, as for `simulate`. Other processes import them, and functions among the plan's outcomes,
            from their files.

    Raises:
        InputError: when the disk is full, a part cannot be simulated, workers keep dying, or an actor cannot hold its
            seat or be sent to workers. What is finished stays.
    """
    pool, own = executors.pool_of(executor), seated(agents, *plan.scenarios)
    for outcome in plan.asked:
        if isinstance(outcome, custom.Custom):
            outcome.check_runs()
    axes = _agents_of(plan)
    if not pool.shares_memory:
        for each in (own, *axes):
            check_travels(each)
        custom.check_travels(plan.asked)
    study = Study.of(plan, out, own)
    with study.writing():
        missing = study.missing()
        futures, left = (sum(part.runs for part in parts) for parts in (study.parts, missing))
        state = State(len(study.parts), futures, len(study.parts) - len(missing), futures - left)
        if progress is not None:
            progress(state)
        work = jobs(
            missing, axes=tuple(plan.design.axes), outcomes=plan.asked, until=plan.horizon,
            parameters=plan.parameters, stamp=identity.stamp(), agents=own, identities=study.agents,
            custom=custom.identities(plan.asked),
        )  # fmt: skip
        failed = _work(study, work, pool, state, progress)
    if failed:
        raise InputError(
            f"{len(failed)} of {state.parts} parts cannot be simulated; all others are finished. "
            f"First: {failed[0].file.rpartition('-seed')[0]}: {failed[0].error}; a setting is too extreme"
        )
    return study


def _agents_of(plan: Plan) -> list[dict[str, Own]]:
    """Custom actors that are choices of an axis.

    Raises:
        InputError: for one that was read from a file.
    """
    found = []
    for seat, choices in plan.design.agents.items():
        for label, given in choices.items():
            if isinstance(given, str):
                raise InputError(
                    f"axis 'agent.{seat}': {label} is a Python class ({given}), which is in no file; run the study "
                    "from Python, with the class in the design"
                )
            found += [{seat: given}] if given is not None else []
    return found


def _work(study: Study, work: Iterator[Job], pool: Pool, state: State, progress: Progress | None) -> list[Made]:
    """Hand out what is missing and keep what comes back; those that cannot be simulated are the answer."""
    failed: list[Made] = []
    with closing(hand_out(work, make, pool, state.restarted, lambda job: job.parts[0].file)) as answers:
        for _, made in answers:
            for part in made:
                if part.error:
                    failed.append(part)
                else:
                    study.keep(part)
                    state.finished(part)
            if progress is not None:
                progress(state)
    return failed
