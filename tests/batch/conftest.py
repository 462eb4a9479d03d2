from collections.abc import Callable
from pathlib import Path

import pytest

from sim.batch import Plan, Study, run_study

SMALL = {
    "name": "small",
    "scenarios": ["current_policy", "tight_controls"],
    "design": {"levers": {"enforcement": [1, 10]}},
    "members": 300,
    "outcomes": ["outcome@2027", "lead_months@2027", "crossing_year.china"],
    "until": 2027,
}


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """A small plan, with some fields changed."""
    return lambda **changes: Plan.model_validate(SMALL | changes)


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The small study, run in this process."""
    return run_study(Plan.model_validate(SMALL), tmp_path_factory.mktemp("reference"))


@pytest.fixture
def files() -> Callable[[Study], dict[str, bytes]]:
    """Name → bytes of all that lies in the parts folder, listed or not."""
    return lambda study: {path.name: path.read_bytes() for path in sorted((study.folder / "parts").iterdir())}


ROOT = Path(__file__).resolve().parents[2]
