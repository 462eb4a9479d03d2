"""A study on the disk: its plan, its manifest and its parts; what is finished stays finished."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError
from sim.batch import identity
from sim.batch.design import points
from sim.batch.part import Made, Part, bounds
from sim.batch.plan import Plan, read
from sim.checks import checked
from sim.own import Own, identities, seated
from sim.results.outcomes import custom
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
MANIFEST, PLAN, PARTS = "manifest.jsonl", "plan.yaml", "parts"
_OURS = re.compile(r"[a-z][a-z0-9_-]*-[0-9a-f]+-seed\d+-\d{9,}\.parquet|\.[a-z].*-seed\d+-\d{9,}\.parquet\.tmp")
"""Names of parts, whole and half written; what is called otherwise is somebody else's."""


class Study(Short):
    """The results of a plan, in the folder OUT/NAME-DIGEST.

    The digest stands for all that every row depends on: engine, data, numerical platform, outcomes, horizon, axes, and
    custom actors and outcomes with their code and parameters.
    Scenarios, settings, seeds and members may grow: each part's own name says which of them it holds.
    """

    def __init__(self, plan: Plan, folder: Path, agents: Mapping[str, str] | None = None) -> None:
        self.plan, self.folder, self.agents = plan, folder, dict(agents or {})

    def _facts(self) -> dict[str, Any]:
        own = {"custom actors": self.agents} if self.agents else {}
        return {"folder": self.folder, **own, **self.plan._facts()}

    @classmethod
    @checked
    def of(cls, plan: Plan, out: Path | str, agents: Mapping[str, Own] | None = None) -> Study:
        """The study of a plan under a folder, whether it has begun or not.

        Args:
            plan: what is run.
            out: the folder under which the study's own lies.
            agents: custom actors, as for `simulate`; other classes, code or parameters are another study.

        Raises:
            InputError: where an actor cannot hold its seat in every scenario.
        """
        own = identities(seated(agents, *plan.scenarios))
        if both := sorted({*own} & {*plan.design.agents}):
            raise InputError(f"agents: {both[0]} is an axis of the design too; leave out one of them")
        return cls(plan, Path(out) / f"{plan.name}-{digest(plan, own)}", own)

    @classmethod
    @checked
    def open(cls, folder: Path | str) -> Study:
        """A study that has begun.

        Raises:
            InputError: where there is none.
        """
        folder = Path(folder)
        if not (folder / PLAN).is_file():
            raise InputError(f"{folder}: is no study; give the folder that `polarity batch` named, with {PLAN} in it")
        plan = read(folder / PLAN)
        own = plan.made_with.get("agents")
        return cls(plan, folder, own if isinstance(own, dict) else None)

    @property
    def manifest(self) -> Path:
        """The file with one line per finished part: its name and SHA-256."""
        return self.folder / MANIFEST

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All parts of the plan, by point, seed and member."""
        cuts = bounds(self.plan.members)
        return tuple(
            Part(point, seed, first, last, point.identities)
            for point in points(self.plan, agents=self.agents)
            for seed in self.plan.seeds
            for first, last in cuts
        )

    def path(self, file: str) -> Path:
        """Where a part lies."""
        return self.folder / PARTS / file

    def finished(self) -> dict[str, str]:
        """Name → SHA-256 of the parts that the manifest lists and that are there.

        A line that is torn or damaged counts for nothing: its part is made again.
        """
        found: dict[str, str] = {}
        for line in self.manifest.read_bytes().split(b"\n")[:-1] if self.manifest.exists() else ():
            try:
                entry = json.loads(line)
                name, sha = str(entry["file"]), str(entry["sha256"])
            except (ValueError, KeyError, TypeError):
                continue
            found[name] = sha
        return {name: sha for name, sha in found.items() if self.path(name).is_file()}

    def damaged(self) -> list[str]:
        """Finished parts whose bytes are no longer those that were written."""
        return [name for name, sha in self.finished().items() if _sha256(self.path(name)) != sha]

    def missing(self) -> list[Part]:
        """Parts of the plan that are not finished."""
        done = self.finished()
        return [part for part in self.parts if part.file not in done]

    def strangers(self) -> list[str]:
        """Parquet files in the folder that no study writes, as paths below it: nothing is done to them."""
        found = [path.relative_to(self.folder) for path in sorted(self.folder.rglob("*.parquet"))]
        return [path.as_posix() for path in found if path.parent != Path(PARTS) or not _OURS.fullmatch(path.name)]

    def notes(self) -> tuple[str, ...]:
        """What lies in and beside the folder and is not part of the study, one line each."""
        from sim.batch.notes import of_study

        return of_study(self)

    def digests(self) -> dict[str, str]:
        """Name → SHA-256 of the finished parts of the plan."""
        done = self.finished()
        return {part.file: done[part.file] for part in self.parts if part.file in done}

    def scan(self) -> pl.LazyFrame:
        """The finished rows that the plan asks for, as a lazy polars frame: larger than memory is no matter.

        Columns: scenario, digest, seed, member, `set.lever.NAME` and `set.parameter.NAME` for the axes of the design,
        one per outcome (empty in futures that have none), and `parameter.NAME` where the plan stores them.

        Raises:
            InputError: when nothing is finished yet.
        """
        import polars as pl

        files = [self.path(name) for name in self.digests()]
        if not files:
            raise InputError(f"{self.folder}: nothing is finished yet; run `polarity batch` on its plan")
        return pl.scan_parquet(files).filter(pl.col("member") < self.plan.members)

    def table(self) -> pl.DataFrame:
        """One row per scenario, setting and seed: futures, means and quantiles of numbers, shares of classes.

        Raises:
            InputError: when nothing is finished yet, or a file is damaged.
        """
        import polars as pl

        answers: list[pl.Expr] = [pl.len().alias("futures")]
        for outcome in self.plan.asked:
            name, value = str(outcome), pl.col(str(outcome))
            if outcome.is_class:
                answers += [(value == c).mean().alias(f"{name} {c}") for c in outcome.classes]
            elif outcome.is_share:
                answers.append(value.mean().alias(name))
            else:
                known = value.fill_nan(None).drop_nulls()  # parts of older versions hold NaN where a future has none
                alone = known.len() < 2  # one future has a median and no range
                answers += [
                    pl.when(~alone if p != "p50" else True).then(known.quantile(q, "linear")).alias(f"{name} {p}")
                    for p, q in QUANTILES.items()
                ]
                answers.append(known.mean().alias(f"{name} mean"))
                if outcome.may_not_exist:
                    answers.append((known.len() / pl.len()).alias(f"{name} exists"))
        keys = ["scenario", "digest", "seed", *(f"set.{axis}" for axis in self.plan.design.axes)]
        with self.reading():
            return self.scan().group_by(keys, maintain_order=True).agg(answers).collect(engine="streaming")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever polars makes of a damaged part, in words.

        Raises:
            InputError: naming the damaged parts.
        """
        import polars as pl

        try:
            yield
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            if not (damaged := self.damaged()) and not isinstance(error, pl.exceptions.ComputeError):
                raise
            bad = ", ".join(damaged) or str(error)
            raise InputError(f"{self.folder}: damaged: {bad}; `polarity batch` recreates damaged parts") from error

    @checked
    def effects(self, reference: str | None = None) -> pl.DataFrame:
        """Paired effects of the other scenarios against one of them, future by future with the same random draws.

        Args:
            reference: name of the scenario that the others are held against; by default the plan's first.

        Returns:
            One row per scenario, setting, seed and outcome, less the reference: `mean` with its 90% interval `low` to
            `high`, and `p05`, `p50`, `p95` of the differences over `futures`. A class has a row for the share of each
            of its labels. Of what may not exist, only futures in which both have it count. `same_draws` says whether
            both scenarios draw the same parameters: where it is false, futures share their chance events alone.

        Raises:
            InputError: for a study of one scenario, an unknown reference, or one of which nothing is finished.
        """
        from sim.batch.effects import effects

        return effects(self, reference)

    @checked
    def differences(self, reference: str | None = None) -> pl.DataFrame:
        """The differences behind `effects`: one row per future of every other scenario, a column per number.

        Args:
            reference: as for `effects`.

        Raises:
            InputError: as `effects`.
        """
        from sim.batch.effects import differences

        return differences(self, reference)

    # --- writing ------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone at work in the folder: tidied up, with the plan in it.

        Raises:
            InputError: when another process is at work in it, or nothing can be written there.
        """
        try:
            (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
            with self.manifest.open("ab") as manifest:
                _lock(manifest.fileno(), self.folder)
                self._tidy()
                self._write_plan()
                yield
        except OSError as error:
            place = error.filename or self.folder
            raise InputError(
                f"{place}: cannot be written ({error.strerror or error}); what is finished is kept: "
                "make room and run the same command again"
            ) from error

    def _tidy(self) -> None:
        """Drop a torn last line, entries without their file or with damaged ones, and files that nobody lists."""
        done = {name: sha for name, sha in self.finished().items() if _sha256(self.path(name)) == sha}
        lines = b"".join(_line(name, sha) for name, sha in done.items())
        if self.manifest.read_bytes() != lines:
            with self.manifest.open("rb+") as file:  # in place: another file would not be the locked one
                file.write(lines)
                file.truncate()
                os.fsync(file.fileno())
        for path in (self.folder / PARTS).iterdir():
            if _OURS.fullmatch(path.name) and path.name not in done:
                path.unlink()

    def _write_plan(self) -> None:
        import yaml

        made_with = {**identity.stamp(), "scenarios": {spec.name: spec.digest() for spec in self.plan.scenarios}}
        if self.agents:
            made_with["agents"] = self.agents
        fields = {**self.plan.fields(), "made_with": made_with}
        _write(self.folder / PLAN, yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100).encode())

    def keep(self, made: Made) -> None:
        """Write a part and then its line in the manifest, each completely or not at all."""
        _write(self.path(made.file), made.content)
        with self.manifest.open("ab") as file:
            file.write(_line(made.file, made.sha256))
            file.flush()
            os.fsync(file.fileno())


def digest(plan: Plan, agents: Mapping[str, str] | None = None) -> str:
    """Names what every row of a study depends on, whatever its scenarios, settings, seeds and members."""
    content = {
        "made_with": identity.stamp(), "outcomes": list(map(str, plan.outcomes)), "until": plan.horizon,
        "parameters": plan.parameters, "axes": list(plan.design.axes), **({"agents": dict(agents)} if agents else {}),
    }  # fmt: skip
    if own := custom.identities(plan.asked):
        content["custom"] = own
    return identity.digest(content, 12)


def _line(name: str, sha256: str) -> bytes:
    return json.dumps({"file": name, "sha256": sha256}).encode() + b"\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    """A file that exists completely or not at all, whatever happens in between."""
    partial = path.with_name(f".{path.name}.tmp")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _lock(file: int, folder: Path) -> None:
    """Take the folder for this process; the system gives it back however the process ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; two writers there would only do the work twice
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"{folder}: another process is at work on this study; wait for it or stop it") from None
    except OSError:  # a network disk without locks
        return
