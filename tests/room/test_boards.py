"""What a seat knows and what its moves cost: read from the same runs as everything else."""

import math

import numpy as np
import pytest

from scenarios import load
from scenarios.packages import SEATS, members
from sim.play import AS_IS, Game, moves_of
from sim.room.boards import board
from sim.room.prices import prices


@pytest.fixture(scope="module")
def game() -> Game:
    found = Game.of("current_policy", runs=16, seed=2, future=3)
    for turn in ({"united_states": "tight_controls"}, {"china": "import"}):
        found.play(turn)
    return found


@pytest.mark.parametrize("seat", SEATS)
def test_a_board_has_five_or_six_lines_of_what_is_and_what_was(game: Game, seat: str) -> None:
    rows = board(game, seat)
    assert 5 <= len(rows) <= 6
    assert len({row.label for row in rows}) == len(rows)
    assert all(math.isfinite(row.before) and math.isfinite(row.after) for row in rows)


def test_a_board_is_that_of_the_future_that_is_played(game: Game) -> None:
    run = game.run
    rows = {row.name: row for row in board(game, "china")}
    assert rows["lead_months"].after == pytest.approx(run["lead_months"][-1, 3])
    assert rows["lead_months"].before == pytest.approx(run["lead_months"][-5, 3])
    legal = run.part("flows_china.legal")[:, 3]
    assert rows["flows_china.legal"].after == pytest.approx(legal[-4:].sum() / 1e3)
    assert rows["flows_china.legal"].before == pytest.approx(legal[-8:-4].sum() / 1e3)
    assert rows["compute_train"].after == pytest.approx(run.part("compute_train.china")[-1, 3] / 1e3)


def test_several_actors_are_added_and_their_shares_averaged(game: Game) -> None:
    run, allies = game.run, members(game.base, "allies")
    rows = {row.name: row for row in board(game, "allies")}
    used = sum(run.part(f"compute_train.{actor}")[-1, 3] for actor in allies)
    assert rows["compute_train"].after == pytest.approx(used / 1e3)
    levels = [run.part(f"decisions.{actor}.alignment")[-1, 3] for actor in allies]
    assert rows["decisions.alignment"].after == pytest.approx(np.mean(levels))


def test_a_move_has_a_price_and_the_dear_ones_are_dear() -> None:
    found = prices(load("current_policy"))
    for seat in SEATS:
        assert set(found[seat]) == {move.name for move in moves_of(seat)} - {AS_IS}
    every = [price for of_seat in found.values() for price in of_seat.values()]
    assert all(math.isfinite(price.cost) and math.isfinite(price.income) for price in every)
    us, hubs = found["united_states"], found["hubs"]
    assert us["power_and_money"].cost > us["control_models"].cost > 0
    assert us["tight_controls"].income < 0, "what is not sold abroad is not earned"
    assert hubs["police"].income < 0 < hubs["profit"].income
    deal = found["china"]["deal"]
    assert (round(deal.cost, 6), round(deal.income, 6)) == (0, 0), "one signature is none"
