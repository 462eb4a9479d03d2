"""A whole small campaign: known losses come back, an interruption changes nothing, and a device is only a device."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the calibration extra")

from calibration import command, levers, train  # noqa: E402
from calibration.campaign import Campaign  # noqa: E402
from calibration.command import Order  # noqa: E402
from calibration.corpus import corpus  # noqa: E402
from calibration.device import Device, DeviceError, device  # noqa: E402
from calibration.host import Host, Peak, match  # noqa: E402
from calibration.log import Log, LogError  # noqa: E402
from calibration.microbench import NOISY, SMOKE, Measurement, _steps, measure  # noqa: E402
from calibration.model import Shape  # noqa: E402
from calibration.plan import PLANS, Plan  # noqa: E402
from calibration.record import CalibrationRecord  # noqa: E402
from calibration.roofline import read_chips  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "scenarios/data/chips.csv"
STORED = Path(__file__).with_name("smoke_losses.json")
HOST = Host("test", "processor", None, None, Peak(1e11, 1e11, "given"), None)
ANOTHER_TEXT = 0.03
"""Relative tolerance where the standard library is another one than the stored losses were trained on."""


def campaign(plan: Plan, folder: Path, where: Device | None = None) -> Campaign:
    log = Log(folder / "log.jsonl", {"plan": repr(plan)})
    return Campaign(plan, where or device("cpu"), HOST, log, folder)


TINY = replace(
    PLANS["cpu", "smoke"], sizes=(Shape(2, 16), Shape(2, 24)), budgets=(32 * 1024, 64 * 1024),
    seed_cell=("2x16", 32 * 1024), scored=64,
    levers=replace(PLANS["cpu", "smoke"].levers, distilled=(32 * 1024,), unique=16 * 1024),
    rl=replace(PLANS["cpu", "smoke"].rl, steps=2, scored=32),
)  # fmt: skip


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> CalibrationRecord:
    """The smoke campaign from the command to the result: about twenty seconds."""
    out = tmp_path_factory.mktemp("smoke")
    path = command.run(Order("all", "smoke", "cpu", out, CATALOGUE, command="polarity calibrate all --smoke"))
    return CalibrationRecord.model_validate(json.loads(path.read_text(encoding="utf-8")))


# --- the smoke campaign ---------------------------------------------------------------------------------------------


def test_the_smoke_campaign_gives_the_stored_losses(smoke: CalibrationRecord):
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    same_text = stored["manifest"] == corpus("stdlib").manifest
    found = {row["part"]: row["loss"] for row in smoke.cells if row["part"].startswith("cell/")}
    assert found.keys() == stored["losses"].keys()
    for part, loss in stored["losses"].items():
        tolerance = 3 * stored["seed_sd"] if same_text else ANOTHER_TEXT * loss
        assert abs(found[part] - loss) < tolerance, part


def test_the_smoke_campaign_measures_everything(smoke: CalibrationRecord):
    assert {row["bench"] for row in smoke.bench} == {
        "matmul", "copy", "triad", "ladder", "attention prefill", "attention decode", "launch", "training step",
    }  # fmt: skip
    assert {row["lever"] for row in smoke.lever_runs} == {"distillation", "repetition", "synthetic", "optimizer"}
    assert len(smoke.rl) == 2
    assert smoke.provenance.seconds.keys() == {"bench", "grid", "seeds", "levers", "reinforcement"}
    assert smoke.fit is None  # four cells carry no law of five parameters
    assert all(row.weight == 0 for row in smoke.frontier)
    assert {k["chip"] for k in smoke.roofline} >= {"H100 SXM", "H20", "Ascend 910C", "B200"}


def test_distillation_charged_for_its_teacher_shows_its_loss(smoke: CalibrationRecord):
    (row,) = (r for r in smoke.lever_runs if r["lever"] == "distillation")
    teacher, student = Shape(2, 32), Shape(2, 16)
    forward = teacher.forward_flop(1) / (teacher.forward_flop(1) + student.train_flop(1))
    assert row["gain_charged"] == pytest.approx(row["gain"] * (1 - forward), rel=1e-4)
    assert row["gain_charged_with_training"] < row["gain_charged"] < row["gain"]


# --- interruption ---------------------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


def everything(where: Campaign) -> dict:
    """All that a campaign finds, without what it cost."""
    found = {row["part"]: row["loss"] for row in where.grid()}
    rows = levers.measure(where)
    found |= {(row["lever"], row["size"], row["tokens"]): row["gain"] for row in rows}
    return found | {run["part"]: run["passed"] for run in where.reinforcement()}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, int]:
    """What a whole campaign finds, and how many steps it has."""
    whole, steps = campaign(TINY, tmp_path_factory.mktemp("whole")), [0]
    whole.tell = lambda what, cost: steps.__setitem__(0, steps[0] + 1)
    return everything(whole), steps[0]


@pytest.mark.parametrize(
    "share", [0.02, 0.45, *(pytest.param(s, marks=pytest.mark.slow) for s in (0.2, 0.7, 0.85, 0.99))]
)
def test_an_interrupted_campaign_goes_on_to_the_same_results(
    tmp_path: Path, uninterrupted: tuple[dict, int], share: float, monkeypatch: pytest.MonkeyPatch
):
    expected, steps = uninterrupted
    monkeypatch.setattr(train, "SAVED_EVERY", 0.05)  # trunks are saved between branches too
    left = [int(share * steps)]

    def stop(what: str, cost: float) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Stopped

    broken = campaign(TINY, tmp_path)
    broken.tell = stop
    with pytest.raises(Stopped):
        everything(broken)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"part": "cell/2x24/655')  # a line torn by the interruption
    assert everything(campaign(TINY, tmp_path)) == expected


def test_nothing_is_measured_twice(tmp_path: Path):
    first = campaign(TINY, tmp_path)
    first.grid()
    rows, runs = levers.measure(first), first.reinforcement()
    size = first.log.path.stat().st_size
    second = campaign(TINY, tmp_path)
    second.grid()
    assert (levers.measure(second), second.reinforcement()) == (rows, runs)
    assert second.log.path.stat().st_size == size


def test_a_log_of_another_campaign_is_refused(tmp_path: Path):
    Log(tmp_path / "log.jsonl", {"torch": "1", "tier": "fast"})
    with pytest.raises(LogError, match="differs in torch; finish it as it was begun, give another --out, or start"):
        Log(tmp_path / "log.jsonl", {"torch": "2", "tier": "fast"})


def test_without_the_teacher_file_its_cell_is_trained_again(tmp_path: Path):
    first = campaign(TINY, tmp_path)
    first.grid()
    before = first.teacher().state_dict()
    (tmp_path / "teacher.pt").unlink()
    second = campaign(TINY, tmp_path)
    assert levers.distillation(second)  # it asks for the teacher where no gradients are kept
    after = second.teacher().state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


# --- devices --------------------------------------------------------------------------------------------------------


class Mixed(Device):
    """A processor that saves precision as a GPU does."""

    def precision(self):
        return torch.autocast("cpu", torch.bfloat16)


@pytest.mark.slow
def test_a_gpus_plan_runs_on_a_processor_in_its_precision(tmp_path: Path):
    """All of a GPU's campaign but the device: its own plan, smaller, and bfloat16."""
    device("cpu")
    gpu = PLANS["cuda", "standard"]
    small = replace(
        TINY, device="cuda", recipe=gpu.recipe, levers=replace(TINY.levers, names=gpu.levers.names),
        rl=replace(gpu.rl, shape=Shape(2, 32, vocabulary=10, context=72), bases=(("weak", 0.01),), seeds=2, steps=1,
                   prompts=4, samples=4, scored=16),
    )  # fmt: skip
    mixed = campaign(small, tmp_path / "mixed", Mixed("cpu"))
    cells = mixed.grid()
    assert {row["lever"] for row in levers.measure(mixed)} == set(gpu.levers.names)
    assert len(mixed.reinforcement()) == 2
    full = campaign(small, tmp_path / "full").grid()
    for one, other in zip(cells, full, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=0.01)


def test_a_gpus_tiers_fit_their_corpus_and_each_other():
    gpu = PLANS["cuda", "standard"]
    flop = sum(shape.train_flop(max(gpu.cells(shape))) for shape in gpu.sizes)
    assert flop > 1e17
    assert max(shape.parameters for shape in gpu.sizes) == pytest.approx(8e7, rel=0.1)
    assert 1e7 < gpu.rl.shape.parameters < 3e7
    assert gpu.rl.shape.context >= gpu.rl.longest + gpu.rl.deepest + 2
    assert gpu.context == 512


def test_only_the_device_knows_the_device():
    """Training, levers, reinforcement and fits name no device: they have one code for all."""
    for name in ("train", "levers", "rl", "text", "model", "campaign", "scaling", "mapping", "result"):
        source = (ROOT / f"calibration/{name}.py").read_text(encoding="utf-8")
        assert "cuda" not in source, name
        assert "is_gpu" not in source, name


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(DeviceError, match="unknown device; choose from: cpu, cuda"):
        device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(DeviceError, match="sees no CUDA device; use --device cpu"):
            device("cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_runs_the_smoke_campaign(tmp_path: Path):
    path = command.run(Order("all", "smoke", "cuda", tmp_path, CATALOGUE, command="polarity calibrate all"))
    found = CalibrationRecord.model_validate(json.loads(path.read_text(encoding="utf-8")))
    assert any(row["precision"] == "bf16" for row in found.bench)


@pytest.mark.parametrize(
    ("name", "chip"),
    [
        ("NVIDIA H200", "H200 SXM"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA A100-SXM4-80GB", "A100 SXM 80"),
        ("NVIDIA B200", "B200"),
        ("NVIDIA H20", "H20"),
        ("NVIDIA GeForce RTX 4090", None),
    ],
)
def test_a_gpu_is_found_in_the_catalogue(name: str, chip: str | None):
    found = match(name, read_chips(CATALOGUE))
    assert (found.name if found else None) == chip


# --- microbenchmarks ------------------------------------------------------------------------------------------------


def test_rates_are_work_over_time():
    rows = measure(device("cpu"), SMOKE)
    for row in rows:
        assert math.isfinite(row.best)
        assert row.best > 0
        worse = row.median <= row.best if row.unit != "second" else row.median >= row.best
        assert worse, row
    by = {(r.bench, r.size, r.precision): r.best for r in rows}
    assert 1e8 < by["matmul", "256", "fp32"] < 1e13  # one core, whatever it is


def test_a_slow_step_is_tried_in_larger_batches_and_a_fast_one_is_not():
    sizes = replace(SMOKE, variants=((2, False), (4, False)))
    slow = list(_steps(device("cpu"), sizes, math.inf))
    assert [row.size.split(",")[0] for row in slow] == ["2x16", "2x16 in batches of 8", "2x16 in batches of 16"]
    assert len(list(_steps(device("cpu"), sizes, 0.0))) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the compiler loads parts of torch that torch deprecates
def test_a_step_can_be_compiled():
    sizes = replace(SMOKE, variants=((1, True),))
    rows = list(_steps(device("cpu"), sizes, math.inf))
    assert rows[-1].size.startswith("2x16 in batches of 4, compiled")


def test_what_cannot_be_compiled_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    def fails(model: object) -> object:
        raise RuntimeError("no compiler")

    monkeypatch.setattr(torch, "compile", fails)
    assert len(list(_steps(device("cpu"), replace(SMOKE, variants=((2, True),)), math.inf))) == 1
    assert "step is left out: no compiler" in capsys.readouterr().err


def test_a_series_ends_where_it_takes_too_long():
    rows = measure(device("cpu"), replace(SMOKE, most_seconds=0.0))
    assert {row.bench for row in rows} == {row.bench for row in measure(device("cpu"), SMOKE)} - {"triad"}
    assert [row.size for row in rows if row.bench == "matmul"] == ["64", "64"]


def test_the_best_and_the_median_that_differ_are_noise():
    def row(best: float, median: float, unit: str = "FLOP/s") -> Measurement:
        return Measurement("matmul", "64", "fp32", unit, best, median)

    assert row(100, NOISY * 100 - 1).noisy
    assert not row(100, NOISY * 100 + 1).noisy
    assert row(1.0, 1.3, "second").noisy


def test_a_noisy_measurement_updates_nothing():
    from calibration.result import reached

    def bench(median: float) -> list[dict]:
        row = Measurement("matmul", "1024", "fp32", "FLOP/s", 6e10, median).as_row()
        return [row]

    quiet, why = reached(HOST, bench(5.9e10))["compute"]
    assert (quiet.best, why) == (6e10, "")
    noisy, why = reached(HOST, bench(3e10))["compute"]
    assert noisy is None
    assert "noisy" in why
    nothing, why = reached(HOST, [])["compute"]
    assert nothing is None
    assert "not measured" in why
