"""How an actor sees its own numbers: as its rows of the world's tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Row:
    """An attribute that is one row (or a block of rows) of the world's table with the same name.

    Reading gives a live view; writing copies into the table, and NumPy refuses a wrong shape on that line.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, actor: Any, owner: type | None = None) -> Any:
        return self if actor is None else getattr(actor.model.state, self.name)[actor.rows]

    def __set__(self, actor: Any, value: Array | float) -> None:
        getattr(actor.model.state, self.name)[actor.rows] = value


class BlocRow(Row):
    """The same for a table of three blocs: the United States, China, and all others together."""

    def __get__(self, actor: Any, owner: type | None = None) -> Any:
        return self if actor is None else getattr(actor.model.state, self.name)[actor.bloc]

    def __set__(self, actor: Any, value: Array | float) -> None:
        getattr(actor.model.state, self.name)[actor.bloc] = value
