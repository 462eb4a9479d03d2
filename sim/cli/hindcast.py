"""`polarity hindcast` and `polarity weights`: the model against history, and what history says about parameters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.errors import InputError
from sim.cli.options import Json, print_json

Draws = Annotated[
    int, typer.Option(help="Weighted draws in the last round, 1,024 to 2,097,152; a million needs 2.4 GB.")
]
FEWEST, MOST = 1024, 2_097_152


def hindcast(
    cutoff: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="A month that ends a quarter, 2022-12 to 2026-06.")
    ] = "2024-12",
    draws: Draws = 131_072,
    futures: Annotated[int, typer.Option(help="Simulated futures, 64 to 100,000.")] = 4096,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write the score as JSON and every compared figure as CSV.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give the model data up to a past date only and score it on what happened next.

    Parameters start from what was known then and are weighted by the record up to that date. Export rules after it are
    the actual ones; the model sees no other later figure.
    """
    from sim.cli import files
    from sim.hindcast import blind

    _check("--draws", draws, FEWEST, MOST)
    _check("--futures", futures, 64, 100_000)
    _check("--seed", seed, 0, 2**63 - 1)
    blind.blind_spec(cutoff)  # refused before anything else happens
    if out is not None:
        files.check_folder(out)
    found = blind.hindcast(cutoff, draws, futures, seed, _teller())
    if out is not None:
        for path in _written(found, out, seed, futures):
            print(path, file=sys.stderr if as_json else sys.stdout)
    if as_json:
        summary = found.summary()
        print_json(summary)
        return
    from sim.cli.text import history as text

    text.hindcast(found)


def weights(
    make: Annotated[bool, typer.Option("--make", help="Weight the parameters again and write the draws.")] = False,
    data_until: Annotated[
        str | None, typer.Option(metavar="QUARTER", help="Use the record up to this quarter.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="With --make: number of weighted draws (default a million, 2.4 GB of memory).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="With --make: random seed (default 0).")] = None,
    as_json: Json = False,
) -> None:
    """Show how the record since 2022 narrows the parameters behind the default futures."""
    from scenarios.quarters import DATA_UNTIL
    from sim.ensemble import posterior_draws

    edge = DATA_UNTIL if data_until is None else data_until
    if make:
        from sim.hindcast import weigh

        number, name = weigh.DRAWS if draws is None else draws, 0 if seed is None else seed
        _check("--draws", number, FEWEST, MOST)
        _check("--seed", name, 0, 2**63 - 1)
        weigh.make(edge, number, name, _teller())
    elif draws is not None or seed is not None:
        raise InputError("weights: --draws and --seed need --make; without it the stored draws are shown")
    facts = posterior_draws.weighed(edge).facts
    if as_json:
        print_json(facts)
        return
    from sim.cli.text import history as text

    text.weights(facts)


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InputError(f"{name} is {value}; give a whole number from {low:,} to {high:,}")


def _teller() -> Any:
    """Tells a watching person about each round; silent where nobody watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    return lambda line: print(line, file=sys.stderr, flush=True)


def _written(found: Any, folder: Path, seed: int, futures: int) -> list[Path]:
    """The score as JSON and the compared figures as CSV, in a folder that is made."""
    import polars as pl

    from sim.cli import files
    from sim.hindcast.blind import blind_spec
    from sim.hindcast.kept import write

    try:
        folder.mkdir(parents=True, exist_ok=True)
        score = write(found, folder / f"hindcast-{found.cutoff}.json")
        table = folder / f"hindcast-{found.cutoff}-figures.csv"
        figures = pl.DataFrame(found.figures())
        files.write_csv(files.described(figures, blind_spec(found.cutoff).name, seed, futures), table)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be written ({error.strerror}); give another folder") from error
    return [score, table]
