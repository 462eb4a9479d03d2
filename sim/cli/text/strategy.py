"""The table of a game in a terminal: leads, best replies and what follows."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from scenarios.values import VALUES
from sim.analysis.game import Game
from sim.analysis.strategy import Strategy
from sim.cli.text import layout
from sim.results.wording import listed

NAMES = {"united_states": "US", "china": "China"}


def strategy(found: Strategy, values: Mapping[str, str]) -> None:
    """Print everything that two players face; of more only what follows."""
    page, game = layout.console(), found.game(values)
    parts: list[Table | str] = [_head(found, values)]
    if len(found.players) == 2:
        parts.append(_matrix(found, game))
    parts += [*_replies(game), *_follows(game), layout.FOOTER]
    layout.put(page, *parts)


def _head(found: Strategy, values: Mapping[str, str]) -> str:
    wanted = []
    for player in found.players:
        weights = zip(VALUES, found.weights(player, values), strict=True)
        told = ", ".join(f"{value} {weight:g}" for value, weight in weights)
        wanted.append(f"{_name(player)}: {values.get(player, 'as in the scenario')} ({told})")
    return (
        f"Packages laid over {found.spec.title}, {found.runs} futures each with the same draws.\n"
        f"What they want, a judgment: {'; '.join(wanted)}."
    )


def _matrix(found: Strategy, game: Game) -> Table:
    """Mean lead per cell; best replies are marked."""
    rows, columns = found.players
    table = layout.table(
        f"US lead at the end of 2032, months; * best reply of {_name(rows)}, ° of {_name(columns)}",
        f"{_name(rows)} \\ {_name(columns)}", *map(_words, game.options[columns]),
    )  # fmt: skip
    down, across = game.replies(rows), game.replies(columns)
    for i, own in enumerate(game.options[rows]):
        cells = []
        for j, other in enumerate(game.options[columns]):
            marks = ("*" if down[other,].reply == own else "") + ("°" if across[own,].reply == other else "")
            cells.append(f"{layout.plain(float(found.lead[i, j].mean()), 1)}{marks}")
        table.add_row(_words(own), *cells)
    return table


def _replies(game: Game) -> list[Table]:
    tables = []
    for player in game.players:
        title = f"Best reply of {_name(player)}, and in how many of 100 resamples"
        table = layout.table(title, "To", "Reply", "", left=2)
        for rivals, reply in game.replies(player).items():
            table.add_row(listed([_words(name) for name in rivals]), _words(reply.reply), _odds(reply.p, reply.tie))
        tables.append(table)
    return tables


def _odds(p: float, tie: bool) -> str:
    return f"{100 * p:.0f}{' (tie)' if tie else ''}"


def _follows(game: Game) -> list[str]:
    said = []
    for player in game.players:
        if (best := game.dominant(player)) is not None:
            said.append(f"{_name(player)}: {_words(best)} is the best reply to everything, in this model.")
    cells = [" / ".join(map(_words, cell)) for cell in game.equilibria()]
    none = "In every cell somebody gains by doing something else."
    said.append(f"Nobody gains by doing something else alone: {'; '.join(cells)}." if cells else none)
    said.append(f"If {_name(game.players[0])} commits itself first: {' / '.join(map(_words, game.led()))}.")
    return said


def _name(player: str) -> str:
    return NAMES.get(player, player)


def _words(name: str) -> str:
    return name.replace("_", " ")
