"""What was worked out about a room stands on disk beside its log, for as long as it is that room's and this model's."""

import sqlite3
import time
from dataclasses import dataclass

import pytest

from sim.room import rooms as rooms_module
from sim.room.rooms import Rooms
from sim.room.store import FILE, Store


@dataclass(frozen=True)
class Sums:
    months: tuple[float, ...]
    by_seat: dict[str, list[float]]
    end: float | None


FOUND = Sums((0.1 + 0.2, -1e-17, float(2**0.5)), {"china": [1 / 3]}, None)


@pytest.fixture
def rooms(tmp_path) -> Rooms:
    return Rooms(tmp_path)


@pytest.fixture
def room(rooms):
    code, teacher = rooms.open()
    return rooms.find(code), teacher


def never() -> Sums:
    raise AssertionError("it was worked out again")


def test_another_process_finds_it_to_the_last_bit(rooms, room, tmp_path) -> None:
    assert rooms.kept(room[0], "sums", Sums) is None
    assert rooms.worked_out(room[0], "sums", Sums, lambda: FOUND) == FOUND
    assert Rooms(tmp_path).worked_out(room[0], "sums", Sums, never) == FOUND
    assert rooms.kept(room[0], "others", Sums) is None


def test_another_model_or_another_shape_works_it_out_again(rooms, room, monkeypatch) -> None:
    rooms.worked_out(room[0], "sums", Sums, lambda: FOUND)
    assert rooms.kept(room[0], "sums", dict[str, int]) is None
    monkeypatch.setattr(rooms_module, "engine", lambda: "another")
    assert rooms.kept(room[0], "sums", Sums) is None


def test_it_goes_with_its_room_and_is_nobody_elses(rooms, room, tmp_path) -> None:
    head, teacher = room[0].head, room[1]
    rooms.worked_out(room[0], "sums", Sums, lambda: FOUND)
    rooms.close(head.code, teacher)
    assert rows(tmp_path) == 0
    rooms.worked_out(room[0], "sums", Sums, lambda: FOUND)  # somebody was still at work when it was deleted
    assert rows(tmp_path) == 0
    assert Store(tmp_path).open(head.code, head.teacher, head.settings), "the code is free"
    assert rooms.kept(rooms.find(head.code), "sums", Sums) is None


def test_it_goes_when_the_time_of_its_room_is_over(tmp_path) -> None:
    rooms = Rooms(tmp_path)
    code, _ = rooms.open(hours=0.3 / 3600)
    rooms.worked_out(rooms.find(code), "sums", Sums, lambda: FOUND)
    assert rows(tmp_path) == 1
    time.sleep(0.4)
    Store(tmp_path)
    assert rows(tmp_path) == 0


def rows(folder) -> int:
    with sqlite3.connect(folder / FILE) as base:
        return base.execute("SELECT COUNT(*) FROM worked_out").fetchone()[0]
