"""A mapping that nobody can change: what one caller does to a scenario must not reach the next."""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V], Generic[K, V]):
    """A dict that refuses to be changed; it can be read, copied, pickled and hashed."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a scenario cannot be changed in place; take a copy with with_levers() or with_changes()")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type, tuple[dict[K, V]]]:
        return type(self), (dict(self),)


def frozen(given: dict[Any, Any]) -> FrozenDict[Any, Any]:
    """A mapping and all mappings in it, so that nobody can change them."""
    return FrozenDict({key: frozen(value) if isinstance(value, dict) else value for key, value in given.items()})
