"""The table of a game in a terminal: leads, best replies and what follows, in sentences."""

from __future__ import annotations

from rich.table import Table

from scenarios.packages import SPOKEN
from scenarios.values import VALUES
from sim.analysis.game import Game
from sim.analysis.hedge import Hedge
from sim.analysis.oracle import Deepened, Move
from sim.analysis.strategy import Strategy, Values
from sim.analysis.told import by_profiles, sentences
from sim.cli.text import layout
from sim.results.wording import listed

NAMES = {"united_states": "US", "china": "China", "allies": "Allies", "hubs": "Hubs"}
MOST_ROWS = 40
"""Replies at most that are shown; the JSON has all."""


def strategy(search: Deepened, hedge: Hedge | None = None) -> None:
    """Print everything that two players face; of more what they answer and what follows."""
    page, found, values = layout.console(), search.found, search.values
    politics = search.politics
    game = found.game(values, politics)
    parts: list[Table | str] = [_head(found, values)]
    if len(found.players) == 2:
        parts.append(_matrix(found, game))
    parts += [*_replies(found, game), _regrets(found, game), _profiles(found, politics)]
    if hedge is not None:
        parts.append(_hedged(hedge, values, politics))
    parts += [*sentences(found, values, politics).values(), *_search(search), layout.FOOTER]
    layout.put(page, *parts)


def _head(found: Strategy, values: Values) -> str:
    wanted = []
    for player in found.players:
        weights = zip(VALUES, found.weights(player, values), strict=True)
        told = ", ".join(f"{value} {weight:g}" for value, weight in weights)
        given = values.get(player, "as in the scenario")
        wanted.append(f"{_name(player)}: {given if isinstance(given, str) else 'your weights'} ({told})")
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


def _replies(found: Strategy, game: Game) -> list[Table]:
    """Best replies; of many players those to what others do beside what they do now."""
    tables = []
    for player in game.players:
        replies = list(game.replies(player).items())
        more = f", the first {MOST_ROWS} of {len(replies)}" if len(replies) > MOST_ROWS else ""
        title = f"Best reply of {_name(player)}, and in how many of 100 resamples{more}"
        table = layout.table(title, "To", "Reply", "", left=2)
        for rivals, reply in replies[:MOST_ROWS]:
            table.add_row(listed([_words(name) for name in rivals]), _words(reply.reply), _odds(reply.p, reply.tie))
        tables.append(table)
    return tables


def _odds(p: float, tie: bool) -> str:
    return f"{100 * p:.0f}{' (tie)' if tie else ''}"


def _regrets(found: Strategy, game: Game) -> Table:
    table = layout.table(
        "Largest regret over the answers of the others, billion dollars a year", "", "Package", "", left=2
    )
    for player in game.players:
        for name, worst in sorted(game.largest_regret(player).items(), key=lambda item: item[1]):
            table.add_row(_name(player), _words(name), layout.plain(worst, 0))
    return table


def _hedged(hedge: Hedge, values: Values, politics: bool) -> Table:
    """Largest regret over worlds and answers."""
    title = f"Largest regret over {len(hedge.tables)} worlds and the answers there, billion dollars a year"
    table = layout.table(title, "", "Package", "", left=2)
    for player in hedge.players:
        for name, worst in sorted(hedge.largest(player, values, politics).items(), key=lambda item: item[1]):
            table.add_row(_name(player), _words(name), layout.plain(worst, 0))
    return table


def _profiles(found: Strategy, politics: bool) -> Table:
    """What follows by profiles."""
    table = layout.table("What follows by values", f"Values of {_name(found.players[0])}", "of the others", "", left=3)
    for (ours, theirs), cell in by_profiles(found, politics).items():
        table.add_row(_words(ours), _words(theirs), " / ".join(map(_words, cell)))
    return table


def _search(search: Deepened) -> list[str]:
    """What a further lever would gain."""
    said = []
    if search.added:
        said.append(f"Added by the search: {'; '.join(map(_move, search.added))}.")
    if not search.moves:
        return [*said, "From what follows nobody gains by moving one more lever to an end of its range."]
    said.append(
        f"Not in the table: from {' / '.join(map(_words, search.cell))} one more lever at an end of its range would "
        f"gain {_move(search.moves[0])}; epsilon is {search.epsilon:.0f} billion dollars a year."
    )
    return said


def _move(move: Move) -> str:
    return f"{SPOKEN[move.player]} {move.gain:,.0f} billion dollars a year ({move.lever} at {move.value:g})"


def _name(player: str) -> str:
    return NAMES.get(player, player)


def _words(name: str) -> str:
    return name.replace("_", " ")
