"""The training text: the same for one Python, split by file, each chunk once an epoch."""

import numpy as np
import pytest

from calibration.corpus import corpus
from calibration.dice import dice


def test_the_standard_library_is_there_and_split_by_file():
    text = corpus("stdlib")
    assert len(text.train) > 5e6
    assert 0.02 < len(text.validation) / len(text.train) < 0.12
    whole = [part for part in text.validation.split(b"\n\0") if len(part) > 2000]
    assert not any(part in text.train for part in whole[:10])  # whole files are held back
    assert len(text.manifest) == 16
    assert corpus("stdlib").describe() == text.describe()


def test_an_unknown_corpus_is_refused():
    with pytest.raises(ValueError, match="unknown corpus 'wikipedia'; choose from: environment, stdlib"):
        corpus("wikipedia")


def test_dice_depend_on_seed_and_name_alone():
    assert dice(1, "a").random() == dice(1, "a").random()
    assert len({dice(seed, name).random() for seed in (1, 2) for name in ("a", "b")}) == 4


def test_every_chunk_is_read_once_an_epoch():
    pytest.importorskip("torch", reason="needs the calibration extra")
    from calibration.device import device
    from calibration.text import text

    content = np.repeat(np.arange(24, dtype=np.uint8), 8)  # chunk i holds only the byte i
    source = text(np.append(content, 99).astype(np.uint8), 8, 4, seed=5, device=device("cpu"))
    first, second = ([int(row[0]) for step in range(6 * e, 6 * e + 6) for row in source.step(step)] for e in (0, 1))
    assert sorted(first) == sorted(second) == list(range(24))
    assert first != second
    again = text(np.append(content, 99).astype(np.uint8), 8, 4, seed=5, device=device("cpu"))
    assert [int(row[0]) for row in again.step(3)] == first[12:16]
