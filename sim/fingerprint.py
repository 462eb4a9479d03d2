"""A fingerprint of a class or a function: other code, or other values that it looks at, have another one.

It is taken from the file that it stands in, where there is one, and from what runs: the instructions of its
methods, the values they close over, and the functions, classes, modules and values that they call by name, also by
the name of their module (`helpers.share`) and where a function imports them itself. So one that was typed into a
notebook has a fingerprint too. What libraries and this package bring is named and not looked into.
"""

from __future__ import annotations

import dis
import hashlib
import pickle
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from importlib import import_module
from importlib.util import find_spec, resolve_name
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

PACKAGES = frozenset(("sim", "agents", "scenarios", "calibration", "mesa"))
"""What actors are built from: `sim.batch.identity` names our code, and Mesa decides nothing."""
LIBRARIES = tuple(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib"))
NOT_CODE = frozenset((
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__annotate__",
    "__annotate_func__", "__annotations_cache__", "__firstlineno__", "__static_attributes__", "__abstractmethods__",
    "_abc_impl", "__parameters__",
))  # fmt: skip
"""Attributes of a class that decide nothing."""


def fingerprint(kind: type | FunctionType, parameters: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that name a class with its own bases, or a function, and its parameters."""
    found = hashlib.sha256(b"" if isinstance(kind, type) else _file_of(kind))
    for part in _Reader(kind).several((kind, parameters)):
        found.update(part + b"\0")
    return found.hexdigest()[:12]


class _Reader:
    """Takes things apart, in an order that depends on nothing but them; each class and function once."""

    def __init__(self, kind: type | FunctionType) -> None:
        bases = kind.__mro__ if isinstance(kind, type) else (kind,)
        self.homes = {_top(base.__module__ or "") for base in bases} - PACKAGES - sys.stdlib_module_names
        self.homes |= {"__main__"}
        self.seen: set[Any] = set()

    def of(self, thing: Any) -> Iterator[bytes]:
        """What a thing is made of."""
        if isinstance(thing, type | FunctionType | ModuleType):
            yield str(getattr(thing, "__qualname__", thing.__name__)).encode()
            if not isinstance(thing, ModuleType) and id(thing) not in self.seen and self.is_own(thing.__module__ or ""):
                self.seen.add(id(thing))
                yield from self.class_(thing) if isinstance(thing, type) else self.function(thing)
        elif isinstance(thing, CodeType):
            yield from self.code(thing)
        elif isinstance(thing, MethodType):
            yield from self.several((thing.__func__, thing.__self__))
        elif isinstance(thing, staticmethod | classmethod):
            yield from self.of(thing.__func__)
        elif isinstance(thing, property):
            yield from self.several((thing.fget, thing.fset, thing.fdel))
        elif isinstance(thing, cached_property):
            yield from self.of(thing.func)
        elif isinstance(thing, partial):
            yield from self.several((thing.func, thing.args, thing.keywords))
        else:
            yield from self.value(thing)

    def several(self, things: Iterable[Any]) -> Iterator[bytes]:
        """What several things are made of, one after the other."""
        for thing in things:
            yield b"("
            yield from self.of(thing)
            yield b")"

    def value(self, value: Any) -> Iterator[bytes]:
        """The content of what is no code."""
        yield type(value).__qualname__.encode()
        if isinstance(value, np.ndarray) and value.dtype != object:
            yield f"{value.dtype.str} {value.shape}".encode() + np.ascontiguousarray(value).tobytes()
        elif isinstance(value, tuple | list):
            yield from self.several(value)
        elif isinstance(value, set | frozenset):
            yield from sorted(b"".join(self.of(member)) for member in value)
        elif isinstance(value, Mapping):
            for name in sorted(value, key=repr):
                yield from self.several((name, value[name]))
        elif value is None or isinstance(value, bool | int | float | complex | str | bytes):
            yield repr(value).encode()
        else:
            yield from self.object_(value)

    def object_(self, value: Any) -> Iterator[bytes]:
        """The class of anything else, and its attributes where the class is no library's; otherwise its content."""
        kind = type(value)
        yield from self.of(kind)
        if self.is_own(kind.__module__) and hasattr(value, "__dict__"):
            if id(value) not in self.seen:
                self.seen.add(id(value))
                yield from self.value(vars(value))
        else:
            yield _pickled(value)

    def class_(self, kind: type) -> Iterator[bytes]:
        """The file of a class, its bases and all that it defines."""
        yield _file_of(kind)
        yield from self.several(kind.__bases__)
        yield from self.value({name: value for name, value in vars(kind).items() if name not in NOT_CODE})

    def function(self, function: FunctionType) -> Iterator[bytes]:
        """The code of a function, its defaults, and what it knows from around it."""
        yield from self.several((function.__code__, function.__defaults__, function.__kwdefaults__))
        for cell in function.__closure__ or ():
            try:
                yield from self.of(cell.cell_contents)
            except ValueError:  # nothing is in it yet
                yield b""
        known, code = function.__globals__, function.__code__
        words = _words(code)
        for name in sorted(_called(code)):
            if name in known:
                yield from self.several((known[name],))
                yield from self.members(known[name], words)
        for module in _imported(code, str(known.get("__package__") or "")):
            if (found := self.imported(module)) is not None:
                yield from self.members(found, words)

    def imported(self, name: str) -> ModuleType | None:
        """A module that a function imports when it runs; None for a library's, and for one that is not there."""
        try:
            spec = None if _top(name) in PACKAGES | sys.stdlib_module_names else find_spec(_top(name))
            if spec is None or _is_library(spec.origin or next(iter(spec.submodule_search_locations or ()), None)):
                return None
            return import_module(name)
        except Exception:  # whatever a module of somebody's own raises; the function says so when it runs
            return None

    def members(self, module: Any, words: frozenset[str]) -> Iterator[bytes]:
        """The file of a module, and what some code may take from it: `helpers.share`, `package.helpers.share`."""
        if not isinstance(module, ModuleType) or not self.is_own(module.__name__) or (module, words) in self.seen:
            return
        self.seen.add((module, words))
        yield _source(module.__name__)
        for name in sorted(words & vars(module).keys()):
            yield from self.several((vars(module)[name],))
            yield from self.members(vars(module)[name], words)

    def code(self, code: CodeType) -> Iterator[bytes]:
        """Instructions, names and constants; the lines they stand in are no matter."""
        yield code.co_code
        yield " ".join((*code.co_names, *code.co_varnames, *code.co_freevars)).encode()
        yield from self.several(code.co_consts)

    def is_own(self, module: str) -> bool:
        """Whether a module is neither a library's nor one of this package."""
        if _top(module) in self.homes:
            return True
        found = sys.modules.get(module)
        place = getattr(found, "__file__", None) or next(iter(getattr(found, "__path__", ())), None)
        return _top(module) not in PACKAGES | sys.stdlib_module_names and not _is_library(place)


def _top(module: str) -> str:
    return module.partition(".")[0]


def _is_library(place: str | None) -> bool:
    """Whether a file or folder lies where libraries are installed; what has neither belongs to no researcher."""
    return place is None or any(Path(place).is_relative_to(folder) for folder in LIBRARIES)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Some code with the functions and comprehensions inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _words(code: CodeType) -> frozenset[str]:
    """Names that some code takes from something: attributes, and what it imports from a module."""
    return frozenset(name for each in _codes(code) for name in each.co_names)


def _imported(code: CodeType, package: str) -> list[str]:
    """Modules that some code imports, by their full names."""
    found = set()
    for each in _codes(code):
        steps = list(dis.get_instructions(each))
        for n, step in enumerate(steps):
            if step.opname == "IMPORT_NAME":  # two steps before it stands how many packages up it looks
                name = "." * steps[n - 2].argval + str(step.argval)
                found.add(resolve_name(name, package) if package or not name.startswith(".") else name)
    return sorted(found)


def _called(code: CodeType) -> set[str]:
    """Names of its module that some code looks up."""
    names = {str(step.argval) for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_called(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def _file_of(kind: type | FunctionType) -> bytes:
    """The file that something stands in, whole: what stands beside it may decide too. Empty in a notebook."""
    return _source(kind.__module__)


def _source(module: str) -> bytes:
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file).read_bytes() if file and file.endswith(".py") and Path(file).is_file() else b""


def _pickled(value: Any) -> bytes:
    """The content of anything else, as far as it can be written."""
    try:
        return pickle.dumps(value, protocol=5)
    except Exception:  # whatever an object of somebody's own raises
        return b""
