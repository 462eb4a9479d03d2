"""Tables in CSV files: what is read, and that nothing odd ends in more than one line."""

from pathlib import Path

import pytest

from calibration import datafile
from calibration.datafile import read_table


def test_cells_are_text_without_the_space_around_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeffone, two\n 1 ,2\n\n3,4\n".encode())
    table = read_table(path, "a table")
    assert table.columns == ("one", "two")
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, {"one": "1", "two": "2"}),
        (4, {"one": "3", "two": "4"}),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00\x81", "cannot be read as a table"),
        (b"a,a\n1,2\n", "row 1: there are two columns 'a'; leave one"),
        (b"a,b\n1\n", "row 2: 2 cells expected, the last of column b"),
        (b"a,b\n1,2,3\n", "row 2: 2 cells expected, the last of column b"),
        (b'a\n"' + b"x" * 200_000 + b'"\n', "cannot be read as a table"),
    ],
    ids=["binary", "two columns", "short", "long", "huge cell"],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^a\.csv") as error:
        read_table(path, "a table")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_no_file_or_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="it is not a file"):
        read_table(tmp_path, "a table")
    with pytest.raises(ValueError, match="it is not a file"):
        read_table(Path("/dev/zero"), "a table")
    with pytest.raises(ValueError, match="null"):
        read_table(Path("a\0b.csv"), "a table")
    large = tmp_path / "large.csv"
    large.write_text("a,b\n1,2\n")
    monkeypatch.setattr(datafile, "LARGEST", 4)
    with pytest.raises(ValueError, match="larger than"):
        read_table(large, "a table")
