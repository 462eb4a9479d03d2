"""A law fitted to losses of one's own: the published points come out as published, outliers leave when asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import laws
from calibration.laws import Law, Losses, fit_law, losses_of_file, read_losses
from calibration.record import read
from calibration.rows import fitted_law, law_notes
from calibration.scaling import FORMS, Grid

TRUTH = {"E": 1.2, "A": 20.0, "B": 300.0, "alpha": 0.3, "beta": 0.45}


def exact(sizes: int = 4, tokens: int = 4) -> Grid:
    """Losses that follow the law without noise."""
    size, amount = (x.ravel() for x in np.meshgrid(np.geomspace(1e5, 1e8, sizes), np.geomspace(1e7, 1e10, tokens)))
    loss = TRUTH["E"] + TRUTH["A"] / size ** TRUTH["alpha"] + TRUTH["B"] / amount ** TRUTH["beta"]
    return Grid(size, amount, loss)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search from few starts, which is enough where the losses follow the law."""
    form = FORMS["additive"]
    monkeypatch.setitem(FORMS, "additive", replace(form, starts=form.starts[9:11]))


def losses(grid: Grid) -> Losses:
    return Losses("mine", grid, tuple(f"row {i + 2}" for i in range(len(grid.loss))))


def written(folder: Path, grid: Grid, header: str = "size,tokens,loss") -> Path:
    path = folder / "mine.csv"
    flop = 6 * grid.size * grid.tokens
    columns = {"size": grid.size, "parameters": grid.size, "tokens": grid.tokens, "flop": flop, "loss": grid.loss}
    rows = zip(*(columns.get(name, ["x"] * len(flop)) for name in header.split(",")), strict=True)
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- the published points -------------------------------------------------------------------------------------------


def test_the_table_is_the_published_one() -> None:
    """Figures that the authors' notebook prints of their 245 points."""
    grid = read_losses("chinchilla").grid
    assert [len(np.unique(x)) for x in (grid.loss, grid.size, grid.tokens)] == [99, 142, 245]
    assert grid.size.std(ddof=1) == pytest.approx(2464560600.107564, rel=1e-14)
    assert grid.tokens.std(ddof=1) == pytest.approx(38025506115.73361, rel=1e-14)
    assert grid.compute.std(ddof=1) == pytest.approx(1.0849637947784773e21, rel=1e-14)
    assert grid.loss.std(ddof=1) == pytest.approx(0.36438696455830627, rel=1e-14)


def test_without_the_five_highest_losses_the_published_law_comes_out() -> None:
    law = fit_law(read_losses("chinchilla"), drop_highest=5)
    assert law.points == 240
    assert [row["at"] for row in law.dropped] == ["row 2", "row 3", "row 5", "row 4", "row 6"]
    assert law.dropped[0] == {"at": "row 2", "size": 6.7956e9, "tokens": 2.45106e8, "loss": 5.00558}
    expected = {"E": 1.817, "A": 478, "B": 2143, "alpha": 0.347, "beta": 0.367}
    assert law.point == pytest.approx(expected, rel=1e-3)
    assert law.published == laws.PUBLISHED
    for name, value in laws.PUBLISHED.items():
        assert law.point[name] == pytest.approx(value, rel=0.03), name
    assert not law.at_bound


def test_with_all_points_five_of_them_carry_the_law_away() -> None:
    law = fit_law(read_losses("chinchilla"))
    assert law.points == 245
    assert law.dropped == ()
    assert law.point["B"] == pytest.approx(12_846, rel=1e-3)
    assert law.point["beta"] == pytest.approx(0.453, abs=0.001)


# --- one's own ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_known_parameters_come_back_from_a_file(tmp_path: Path) -> None:
    law = fit_law(losses_of_file(written(tmp_path, exact()), "mine.csv"))
    assert law.point == pytest.approx(TRUTH, rel=1e-3)
    assert law.rms < 1e-6
    assert set(law.content()) == {"name", "points", "dropped", "point", "rms", "at_bound"}


def test_compute_says_the_tokens_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    grid = losses_of_file(written(tmp_path, exact(), "loss,seed,parameters,flop"), "mine.csv").grid
    for name in ("size", "tokens", "loss"):
        np.testing.assert_allclose(getattr(grid, name), getattr(exact(), name), rtol=1e-12)


@pytest.mark.usefixtures("quick")
def test_an_outlier_leaves_when_asked() -> None:
    grid = exact()
    grid.loss[5] = 9.0
    law = fit_law(losses(grid), drop_highest=1)
    assert [row["at"] for row in law.dropped] == ["row 7"]
    assert law.point == pytest.approx(TRUTH, rel=1e-3)


@pytest.mark.usefixtures("quick")
def test_intervals_hold_the_truth() -> None:
    law = fit_law(losses(exact()), draws=4)
    assert law.intervals is not None
    for name, truth in TRUTH.items():
        span = law.intervals[name]
        assert span["low"] * 0.98 <= truth <= span["high"] * 1.02, name
        assert span["low"] <= span["median"] <= span["high"]
    assert tuple(fitted_law(law).columns) == ("Parameter", "Fit", "90% interval")


@pytest.mark.usefixtures("quick")
def test_losses_without_a_floor_are_said_to_have_none() -> None:
    grid = exact(3, 3)
    assert fit_law(losses(Grid(grid.size, grid.tokens, grid.loss - TRUTH["E"]))).at_bound == ("E",)


def test_the_notes_say_what_was_left_out_and_what_is_open() -> None:
    row = {"at": "row 2", "size": 1e5, "tokens": 1e7, "loss": 5.0}
    law = Law("mine", 20, (row,) * 14, TRUTH, 0.01, ("E", "beta"), None, None)
    misfit, left_out, bound = law_notes(law)
    assert misfit == "The misfit is 1.00% (root mean square of ln loss)."
    assert left_out.startswith("Left out, the highest losses: row 2 (loss 5, size 1e+05, tokens 1e+07); row 2")
    assert left_out.count("row 2") == 12
    assert left_out.endswith("; and 2 more.")
    assert bound == "At a bound of the search, so not told by these losses: E, β."


@pytest.mark.usefixtures("quick")
def test_a_result_gives_its_own_law_again() -> None:
    identifier = "cpu-amd-epyc-2026-11-25"
    law = fit_law(read_losses(identifier))
    fit = read(identifier).fit
    assert fit is not None
    assert law.points == fit["cells"]
    assert law.point == pytest.approx(fit["point"], rel=2e-3)
    assert law.rms == pytest.approx(fit["rms"], rel=1e-3)


# --- what is refused ------------------------------------------------------------------------------------------------

HEAD = "size,tokens,loss\n"
ROWS = "".join(f"{10**i},{10**j},3\n" for i in (4, 5, 6) for j in (6, 7, 8))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.csv row 1: there is no column size or parameters; columns found: none"),
        ("size,loss\n", "mine.csv row 1: there is no column tokens or flop; columns found: size, loss"),
        ("size,tokens\n", "mine.csv row 1: there is no column loss"),
        ("size,parameters,tokens,loss\n", "mine.csv row 1: there are the columns size and parameters; keep one"),
        (HEAD, "mine.csv: the law has five parameters and needs 8 or more losses, not 0"),
        (HEAD + "1e5,1e6,nan\n", "mine.csv row 2: loss must be above 0 and up to 20, in nats or bits, not 'nan'"),
        (HEAD + ROWS + "1e5,1e6,-1\n", "mine.csv row 11: loss must be above 0 and up to 20, in nats or bits, not '-1'"),
        (HEAD + "1e5,1e6,55\n", "mine.csv row 2: loss must be above 0 and up to 20, in nats or bits, not '55'"),
        (HEAD + "many,1e6,3\n", "mine.csv row 2: size must be a number from 1 to 1e+30, not 'many'"),
        (HEAD + "1e5,inf,3\n", "mine.csv row 2: tokens must be a number from 1 to 1e+30, not 'inf'"),
        (
            "size,flop,loss\n1e5,1e5,3\n",
            "mine.csv row 2: flop must be 6 × size × tokens, so at least 6 × size, not '1e5'",
        ),
        (HEAD + "1e5,1e6\n", "mine.csv row 2: 3 cells expected, the last of column loss"),
        (HEAD + "1e5,1e6,3\n" * 9, "mine.csv: has fewer than 3 different sizes, which show no curve"),
        (
            HEAD + ROWS.replace("10000000,", "1000000,"),
            "mine.csv: has fewer than 3 different amounts of tokens, which show no curve",
        ),
        (HEAD + "1e5,1e6,3\n" * 20_001, "mine.csv: has 20001 rows; the most that can be fitted is 20000"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^mine\.csv") as error:
        fit_law(losses_of_file(path, "mine.csv"))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("dropped", "says"),
    [(9, "leaves 7 of 16 losses; the law needs 8, so leave out 0 to 8"), (10**9, "leaves 0 of 16 losses")],
)
def test_not_more_is_left_out_than_the_law_can_spare(dropped: int, says: str) -> None:
    with pytest.raises(ValueError, match=f"--drop-highest {dropped}: {says}"):
        fit_law(losses(exact()), drop_highest=dropped)


@pytest.mark.parametrize("name", ["nowhere.csv", "a\0b", "x" * 5000, ""])
def test_a_name_that_is_nothing_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(ValueError, match=r"results: cpu-|it is not a file") as error:
        read_losses(name)
    assert len(str(error.value)) < 300


def test_a_result_without_losses_is_refused() -> None:
    with pytest.raises(ValueError, match="literature has no law of losses; results that have one: cpu-"):
        read_losses("literature")
