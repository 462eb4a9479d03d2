"""A Dask cluster whose scheduler cannot be reached, dies or falls silent is called that, in a bounded time."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios import load
from scenarios.errors import InputError
from sim.batch import Study, executors, hand_out, run_study
from sim.batch.evaluate import Task, evaluate_all
from sim.results.outcomes.scalar import parse

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a scheduler is stopped by a signal")
ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """A scheduler and a worker as processes of their own, as on other machines."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.scheduler = self.started("dask_scheduler", "--host", self.address, "--no-dashboard")
        self.worker = self.started(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "30"
        )

    def started(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of the cluster."""
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Kill what is left of it."""
        for process in (self.worker, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr(executors, "PATIENCE", 20.0)
    made = Cluster()
    patience = time.monotonic() + 30
    while True:  # as long as it takes to begin
        try:
            executors.dask(made.address).shutdown()
            break
        except InputError:
            assert time.monotonic() < patience
    monkeypatch.setattr(executors, "PATIENCE", 3.0)
    monkeypatch.setattr(hand_out, "SILENCE", 3.0)
    yield made
    made.end()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "tcp://", "", "no such host:8786", "local host"])
def test_an_address_where_nobody_answers_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 1.0)
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"no Dask scheduler answers at .*give its address, such as") as refused:
        executors.dask(address)
    assert repr(address) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert time.monotonic() - begun < 10


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "falls silent"])
@pytest.mark.parametrize("given", ["dask", "client executor"])
def test_a_scheduler_that_is_lost_during_work_is_named_and_nothing_is_lost(
    how: signal.Signals, given: str, cluster: Cluster, plan, tmp_path: Path
) -> None:
    wide = plan(seeds=range(4), members=4096, scenarios=["current_policy"])
    when = []

    def lose(state) -> None:
        if state.new_futures and not when:
            when.append(time.monotonic())
            cluster.scheduler.send_signal(how)

    def run(pool) -> None:
        with pytest.raises(
            InputError, match=r"the Dask scheduler at .* no longer answers; what a study has"
        ) as refused:
            run_study(wide, tmp_path, pool, lose)
        assert cluster.address in str(refused.value)
        assert "\n" not in str(refused.value)
        assert time.monotonic() - when[0] < 30

    if given == "dask":
        with executors.dask(cluster.address) as pool:
            run(pool)
    else:
        client = distributed.Client(cluster.address, timeout=3, set_as_default=False)
        run(client.get_executor())
        cluster.end()
        client.close(timeout=1)
    kept = Study.of(wide, tmp_path)
    assert 0 < len(kept.digests()) < len(kept.parts)
    assert kept.damaged() == []


@pytest.mark.slow
def test_an_analysis_names_a_scheduler_that_dies(cluster: Cluster) -> None:
    today, lead = load("current_policy"), (parse("lead_months@2027"),)
    tasks = [Task(today, lead, 1024, seed) for seed in range(40)]
    with (
        executors.dask(cluster.address) as pool,
        pytest.raises(InputError, match=r"the Dask scheduler at .* no longer"),
    ):
        evaluate_all(tasks, pool, lambda done, total: cluster.scheduler.kill())


@pytest.mark.slow
def test_the_command_names_a_scheduler_that_dies(cluster: Cluster, plan, tmp_path: Path) -> None:
    wide = plan(seeds=range(8), members=8192, scenarios=["current_policy"])
    import yaml

    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(wide.fields()))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sim.cli", "batch", "plan.yaml", "--out", str(out), "--dask", cluster.address]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    patience = time.monotonic() + 60
    while not list(out.glob("*/parts/*.parquet")):
        assert time.monotonic() < patience
        time.sleep(0.05)
    cluster.scheduler.kill()
    _, said = process.communicate(timeout=90)
    assert process.returncode == 2
    assert re.match(r"polarity: the Dask scheduler at tcp.* no longer answers", said.splitlines()[-1])
    assert "Traceback" not in said
    assert "distributed" not in said
