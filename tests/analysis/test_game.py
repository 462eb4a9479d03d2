"""Planted games are solved right, whoever sits where and however many play."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from scenarios.errors import InputError
from sim.analysis.game import Game

TWO = {"row": ("a", "b"), "column": ("a", "b")}


def symmetric(matrix):
    """A game of two in which both face the same matrix (own option, other's option)."""
    own = np.array(matrix, float)
    return Game.of(TWO, [own, own.T])


def test_a_dilemma_has_its_dominant_options_and_its_one_equilibrium():
    game = symmetric([[3, 0], [5, 1]])
    assert game.equilibria() == [("b", "b")]
    assert (game.dominant("row"), game.dominant("column")) == ("b", "b")
    assert game.led() == ("b", "b")


def test_a_stag_hunt_has_two_and_whoever_leads_picks_the_better():
    game = symmetric([[4, 0], [3, 3]])
    assert game.equilibria() == [("a", "a"), ("b", "b")]
    assert game.dominant("row") is None
    assert game.led() == ("a", "a")


def test_chicken_pays_the_leader():
    game = symmetric([[0, -1], [1, -9]])
    assert game.equilibria() == [("a", "b"), ("b", "a")]
    assert game.led() == ("b", "a")
    mixed = [pair for pair in game.mixed() if len(pair[0]) == 2]
    assert mixed[0][0]["a"] == pytest.approx(8 / 9)


def test_who_has_one_option_leaves_the_choice_to_the_other():
    for worth in ([[0, 2, 2]], [[0], [2], [2]]):
        table = np.asarray(worth, dtype=float)
        names = tuple(tuple("abc"[:size]) for size in table.shape)
        game = Game.of(dict(zip(("row", "column"), names, strict=True)), [table, table])
        chosen = [(set(row), set(column)) for row, column in game.mixed()]
        assert len(chosen) == 2
        assert all({"b"} in pair or {"c"} in pair for pair in chosen)


def test_matching_pennies_has_none_but_the_mixed_one():
    game = Game.of(TWO, [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    assert game.equilibria() == []
    assert game.equilibria(epsilon=2) == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    ((row, column),) = game.mixed()
    assert row == column == {"a": pytest.approx(0.5), "b": pytest.approx(0.5)}


def test_three_players_who_each_want_to_be_the_odd_one():
    options = {name: ("x", "y") for name in ("one", "two", "three")}
    worth = np.zeros((3, 2, 2, 2))
    for cell in np.ndindex(2, 2, 2):
        for n in range(3):
            worth[n][cell] = sum(cell[n] != cell[m] for m in range(3) if m != n) == 2
    found = Game.of(options, worth).equilibria()
    assert len(found) == 6
    assert ("x", "x", "x") not in found


def test_among_tied_options_nobody_is_sure():
    assert Game.of(TWO, [[[1, 1], [1, 1]], [[0, 0], [1, 1]]]).replies("row")["a",].tie


def test_noise_makes_a_tie_and_many_futures_do_not():
    rng = np.random.default_rng(0)
    worth = rng.normal(0, 1, (2, 2, 2, 4000))
    worth[0, 1] += 0.15
    sure = Game.of(TWO, worth).replies("row")["a",]
    assert (sure.reply, sure.tie) == ("b", False)
    assert Game.of(TWO, worth[..., :12]).replies("row")["a",].p < 1


def test_shared_dice_tell_apart_what_noise_would_hide():
    rng = np.random.default_rng(1)
    luck = rng.normal(0, 100, 64)
    worth = np.zeros((2, 2, 2, 64)) + luck
    worth[0, 1] += 0.5
    assert Game.of(TWO, worth).replies("row")["b",].p == 1


@given(st.integers(0, 10_000), st.sampled_from([(2, 3), (3, 2, 2), (2, 2, 3)]))
@settings(max_examples=25, deadline=None)
def test_who_sits_where_changes_nothing(seed, sizes):
    rng = np.random.default_rng(seed)
    names = ("one", "two", "three")[: len(sizes)]
    worth = rng.normal(size=(len(sizes), *sizes, 8))
    options = {name: tuple(f"{name}{k}" for k in range(size)) for name, size in zip(names, sizes, strict=True)}
    game = Game.of(options, worth)
    for order in permutations(range(len(sizes))):
        turned = Game.of(
            {names[n]: options[names[n]] for n in order},
            np.transpose(worth[list(order)], (0, *(1 + n for n in order), len(sizes) + 1)),
        )
        assert {frozenset(cell) for cell in turned.equilibria()} == {frozenset(cell) for cell in game.equilibria()}
        for name in names:
            mine, theirs = game.replies(name), turned.replies(name)
            assert {frozenset(k): v for k, v in mine.items()} == {frozenset(k): v for k, v in theirs.items()}


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_somebody_with_nothing_to_choose_changes_no_equilibrium(seed):
    rng = np.random.default_rng(seed)
    worth = rng.normal(size=(2, 3, 3, 4))
    game = Game.of({"one": ("a", "b", "c"), "two": ("d", "e", "f")}, worth)
    beside = np.concatenate([worth, rng.normal(size=(1, 3, 3, 4))])[:, :, :, None]
    more = Game.of({"one": ("a", "b", "c"), "two": ("d", "e", "f"), "three": ("g",)}, beside)
    assert [cell[:2] for cell in more.equilibria()] == game.equilibria()
    assert more.led()[:2] == game.led()


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_second_solver_finds_the_same_pure_equilibria(seed):
    worth = np.random.default_rng(seed).normal(size=(2, 3, 4, 2))
    game = Game.of({"one": ("a", "b", "c"), "two": ("d", "e", "f", "g")}, worth)
    pure = {(next(iter(row)), next(iter(column))) for row, column in game.mixed() if len(row) == len(column) == 1}
    assert pure == set(game.equilibria())


def test_symmetric_players_reproduce_their_closed_form():
    """Cournot's game of n alike: each offers (a − c) / (b (n + 1)), found on a fine menu to its step."""
    for n in (2, 3):
        a, b, c = 12.0, 1.0, 0.0
        best = (a - c) / (b * (n + 1))
        menu = best * np.linspace(0.5, 1.5, 11)
        grids = np.meshgrid(*[menu] * n, indexing="ij")
        worth = np.stack([own * (a - b * sum(grids) - c) for own in grids])
        game = Game.of({f"p{k}": tuple(map(str, range(11))) for k in range(n)}, worth)
        assert ("5",) * n in game.equilibria()


def test_shapes_and_names_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="shape"):
        Game.of(TWO, np.zeros((2, 3, 2)))
    with pytest.raises(InputError, match="not finite"):
        Game.of(TWO, np.full((2, 2, 2), np.nan))
    with pytest.raises(InputError, match="player"):
        symmetric([[1, 2], [3, 4]]).replies("nobody")
    with pytest.raises(InputError, match="two players"):
        Game.of({"a": ("x",), "b": ("x",), "c": ("x",)}, np.zeros((3, 1, 1, 1))).mixed()
