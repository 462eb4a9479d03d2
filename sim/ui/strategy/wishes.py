"""What a reader of the page asks: who plays, what each wants, what nobody may choose, and which cell is open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from scenarios.packages import Package, packages
from scenarios.values import BALANCED, MOST, PROFILES, VALUES, Weights
from sim.analysis.strategy import Values
from sim.analysis.told import AS_IS
from sim.ui.shared import address
from sim.ui.shared.setup import AS_THERE
from sim.ui.strategy.shown import LEAD, SHOWN

TWO, ALL = "two", "all"
PLAYERS = {TWO: ("united_states", "china"), ALL: ("united_states", "china", "allies", "hubs")}
"""Who plays, by the word of the address."""
NAMES = {"united_states": "United States", "china": "China", "allies": "Allies", "hubs": "Transit hubs"}
"""Players as headings and labels name them."""
SHORT = {"united_states": "US", "china": "China", "allies": "allies", "hubs": "hubs"}
"""Players where there is hardly any room."""
YOURS = "yours"
"""The profile of weights that are no profile's."""
OWN = address.OWN["strategy"]
"""Parameters of the address that belong to the page."""
_BETWEEN, _OF = "~", ":"


@dataclass(frozen=True)
class Wishes:
    """What the page shows beside the setting; everything at its usual value by default."""

    players: str = TWO
    weights: Mapping[str, str | tuple[float, ...]] = field(default_factory=dict)
    """Player → a profile, or four weights; those of the scenario where a player is left out."""
    politics: bool = True
    """Whether recorded politics count."""
    left_out: tuple[str, ...] = ()
    """Packages that nobody may choose."""
    cell: tuple[str, ...] = ()
    """The open combination of the two superpowers; what follows where there is none."""
    others: tuple[str, ...] = ()
    """What allies and hubs do; what follows where it is empty."""
    show: str = LEAD
    """What the cells show, a key of `SHOWN`."""
    also: tuple[str, ...] = ()
    """Packages that wait for a signpost and play as well, in the order of `waiting`; of two players only."""

    @property
    def who(self) -> tuple[str, ...]:
        """The players."""
        return PLAYERS[self.players]

    @property
    def values(self) -> Values:
        """Profiles or weights as the analysis takes them."""
        return {
            player: given if isinstance(given, str) else dict(zip(VALUES, given, strict=True))
            for player, given in self.weights.items() if player in self.who
        }  # fmt: skip

    def profile(self, player: str) -> str:
        """The profile of a player: a name, AS_THERE, or YOURS."""
        given = self.weights.get(player, AS_THERE)
        return given if isinstance(given, str) else YOURS

    def wanting(self, player: str, given: str | tuple[float, ...] | None, usual: Weights) -> Wishes:
        """With a profile or weights of one player; those of the scenario are no wish, and a profile's are the profile.

        Args:
            player: whose.
            given: a profile or four weights; None for those of the scenario.
            usual: weights of the scenario.
        """
        rest = {name: found for name, found in self.weights.items() if name != player}
        if given is None or given == tuple(usual):
            return replace(self, weights=rest)
        if not isinstance(given, str):
            given = next((name for name, found in PROFILES.items() if tuple(found) == given), given)
        return replace(self, weights={**rest, player: given})

    def adding(self, names: Collection[str]) -> Wishes:
        """With these packages that wait; a cell of one that does not play any more is closed."""
        also = tuple(name for name in waiting() if name in names)
        gone = set(self.also) - set(also)
        return replace(self, also=also, cell=() if gone & set(self.cell) else self.cell)

    def written(self) -> dict[str, str]:
        """The wishes as parameters of the address; empty where they are usual."""
        weights = (
            f"{player}{_OF}{given if isinstance(given, str) else _OF.join(f'{each:g}' for each in given)}"
            for player, given in self.weights.items()
        )
        return {
            "players": "" if self.players == TWO else self.players, "weights": _BETWEEN.join(weights),
            "politics": "" if self.politics else "off", "left_out": _BETWEEN.join(self.left_out),
            "cell": _OF.join(self.cell), "others": _OF.join(self.others),
            "show": "" if self.show == LEAD else self.show, "also": _BETWEEN.join(self.also),
        }  # fmt: skip


def now() -> Wishes:
    """The wishes as the address and the controls have them; what fits nothing has been told and left out."""
    return read({name: address.own(name) for name in OWN}, [])


def take(wishes: Wishes) -> None:
    """Make these the wishes."""
    for name, text in wishes.written().items():
        address.keep(name, text)


def adopt() -> list[str]:
    """Take over what the address newly says; what of it could not be used, in words."""
    notes: list[str] = []
    news = {name for name in OWN if address.news(name) is not None}
    if news:
        take(read({name: address.own(name) for name in OWN}, notes))
    return [note for note in notes if note.partition("=")[0] in news][:6]


def read(given: Mapping[str, str], notes: list[str]) -> Wishes:
    """Wishes from parameters, and in words what of them could not be used."""
    players = _word(given, "players", (*PLAYERS, ""), notes) or TWO
    politics = _word(given, "politics", ("off", "on", ""), notes) != "off"
    left_out = tuple(_barred(given.get("left_out", ""), players, notes))
    also = _also(given.get("also", ""), players, notes)
    cell = _combination(given.get("cell", ""), "cell", PLAYERS[TWO], (left_out, also), notes)
    others = _combination(given.get("others", ""), "others", PLAYERS[players][2:], (left_out, ()), notes)
    show = _word(given, "show", (*SHOWN, ""), notes) or LEAD
    weights = dict(_weights(given.get("weights", ""), notes))
    return Wishes(players, weights, politics, left_out, cell, others, show, also)


def _word(given: Mapping[str, str], name: str, known: tuple[str, ...], notes: list[str]) -> str:
    text = given.get(name, "")
    if text in known:
        return text
    notes.append(f"{name}={address.short(text)}: give {' or '.join(word for word in known if word)}")
    return ""


def _weights(text: str, notes: list[str]) -> Iterator[tuple[str, str | tuple[float, ...]]]:
    """A profile or four weights for every player that the address names."""
    seen: set[str] = set()
    for part in filter(None, text[:1000].split(_BETWEEN)):
        player, *rest = part.split(_OF)
        place = f"weights={address.short(part)}"
        numbers = [address.as_number(each) for each in rest]
        if player not in NAMES:
            notes.append(f"{place}: weights can be set for {', '.join(NAMES)}")
        elif player in seen:
            notes.append(f"{place}: {player} appears twice; the first one is used")
        elif len(rest) == 1 and rest[0] in PROFILES:
            seen.add(player)
            yield player, rest[0]
        elif len(rest) == len(VALUES) and all(each is not None and 0 <= each <= MOST for each in numbers):
            seen.add(player)
            yield player, tuple(float(each) for each in numbers if each is not None)
        else:
            notes.append(
                f"{place}: give {', '.join(PROFILES)}, or four weights from 0 to {MOST:g} with {_OF} between: "
                f"{', '.join(VALUES)}"
            )


def choosable(players: str) -> dict[str, list[str]]:
    """Names of packages that can be left out → who has them; doing nothing new is the yardstick and stays."""
    found: dict[str, list[str]] = {}
    for player in PLAYERS[players]:
        for name, package in packages(player).items():
            if package.usual and name != AS_IS:
                found.setdefault(name, []).append(player)
    return found


def _barred(text: str, players: str, notes: list[str]) -> Iterator[str]:
    known = choosable(players)
    for name in dict.fromkeys(filter(None, text[:1000].split(_BETWEEN))):
        if name in known:
            yield name
        else:
            notes.append(f"left_out={address.short(name)}: {address.hint(name, known, 'the table names them')}")


def waiting() -> dict[str, Package]:
    """Packages of the two superpowers that wait for a signpost, by name; they play where somebody asks for them."""
    return {
        name: package for player in PLAYERS[TWO] for name, package in packages(player).items()
        if package.response and not package.usual
    }  # fmt: skip


def _also(text: str, players: str, notes: list[str]) -> tuple[str, ...]:
    """Packages that are asked for beside the usual ones."""
    named, known = set(filter(None, text[:1000].split(_BETWEEN))), waiting()
    for name in sorted(named - set(known)):
        notes.append(f"also={address.short(name)}: {address.hint(name, known, 'the page names them')}")
    if named and players != TWO:
        notes.append(f"also={address.short(text)}: packages that wait play in the game of two only")
        return ()
    return tuple(name for name in known if name in named)


def _combination(
    text: str, name: str, who: tuple[str, ...], changed: tuple[tuple[str, ...], tuple[str, ...]], notes: list[str]
) -> tuple[str, ...]:  # fmt: skip
    """A package of each of some players, or nothing; `changed` names packages that are left out, and added ones."""
    left_out, also = changed
    if not text or not who:
        return ()
    parts = tuple(text.split(_OF))
    if len(parts) == len(who) and all(one in _playing(player, also) for player, one in zip(who, parts, strict=True)):
        return () if set(parts) & set(left_out) else parts
    if len(parts) != len(who):
        notes.append(f"{name}={address.short(text)}: give a package of each with {_OF} between: {' and '.join(who)}")
    for player, one in zip(who, parts, strict=False):
        if one not in (known := _playing(player, also)):
            near = address.hint(one, known, "the table names them")
            notes.append(f"{name}={address.short(one)}: {player} has no such package; {near}")
    return ()


def _playing(player: str, also: tuple[str, ...]) -> list[str]:
    return [name for name, package in packages(player).items() if package.usual or name in also]


def usual_profile(weights: Weights) -> str:
    """The profile whose weights these are; YOURS where they are none's."""
    return next((name for name, found in PROFILES.items() if tuple(found) == tuple(weights)), YOURS)


BALANCE = PROFILES[BALANCED]
