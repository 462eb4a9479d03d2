"""Values of pages as files that run nothing when they are read: JSON, with arrays and tables beside it.

>>> from sim.ui.shared.packing import pack, unpack
>>> unpack(pack({2030: (1.5, "a")}, ()), ())
{2030: (1.5, 'a')}
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
import polars as pl

CONTENT = "content"
"""Name of the JSON among the arrays."""


def pack(value: Any, kinds: Sequence[type]) -> bytes:
    """A value as the bytes of a compressed NumPy archive.

    Args:
        value: numbers, texts, mappings, sequences, arrays, tables, and dataclasses of these.
        kinds: the dataclasses that may be among them.

    Raises:
        TypeError: for anything else.
    """
    arrays: dict[str, Any] = {}
    content = json.dumps(_plain(value, kinds, arrays), ensure_ascii=False)
    file = io.BytesIO()
    arrays[CONTENT] = np.frombuffer(content.encode(), np.uint8)
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _plain(value: Any, kinds: Sequence[type], arrays: dict[str, Any]) -> Any:
    """The value as JSON; arrays and tables go into `arrays`."""

    def inner(part: Any) -> Any:
        return _plain(part, kinds, arrays)

    def put(array: Any) -> str:
        name = f"a{len(arrays)}"
        arrays[name] = array
        return name

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": put(value)}
    if isinstance(value, pl.DataFrame):
        file = io.BytesIO()
        value.write_ipc(file)
        return {"table": put(np.frombuffer(file.getvalue(), np.uint8))}
    if isinstance(value, dict):
        return {"mapping": [[inner(key), inner(part)] for key, part in value.items()]}
    if isinstance(value, tuple | list):
        return {"tuple" if isinstance(value, tuple) else "list": [inner(part) for part in value]}
    if is_dataclass(value) and type(value) in kinds:
        return {type(value).__name__: {field.name: inner(getattr(value, field.name)) for field in fields(value)}}
    raise TypeError(f"{type(value).__name__} cannot be packed")


def unpack(packed: bytes, kinds: Sequence[type]) -> Any:
    """The value of some bytes that `pack` made.

    Raises:
        ValueError, KeyError, TypeError, OSError: for bytes that it did not make.
    """
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except BadZipFile as error:
        raise ValueError("no archive of arrays") from error
    return _value(json.loads(arrays[CONTENT].tobytes()), {kind.__name__: kind for kind in kinds}, arrays)


def _value(content: Any, kinds: dict[str, type], arrays: dict[str, Any]) -> Any:
    def inner(part: Any) -> Any:
        return _value(part, kinds, arrays)

    if not isinstance(content, dict):
        return content
    ((kind, part),) = content.items()
    match kind:
        case "array":
            return arrays[part]
        case "table":
            return pl.read_ipc(io.BytesIO(arrays[part].tobytes()))
        case "mapping":
            return {inner(key): inner(value) for key, value in part}
        case "tuple":
            return tuple(map(inner, part))
        case "list":
            return list(map(inner, part))
    return kinds[kind](**{name: inner(value) for name, value in part.items()})
