"""What all tests share: refreshing expected results, and reproducible property tests in CI."""

import os
import signal

import pytest
from hypothesis import settings

# A deadline measures the machine. In CI the examples are fixed: a red build is a change, not bad luck.
settings.register_profile("polarity", deadline=None)
settings.register_profile("polarity-ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("polarity-ci" if os.environ.get("CI") else "polarity")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts what it puts in the background deaf to Ctrl-C, and all processes inherit it that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the expected results anew instead of comparing with them",
    )


@pytest.fixture(scope="session")
def golden_update(request: pytest.FixtureRequest) -> bool:
    """Whether this run refreshes the expected results (`make golden`)."""
    return bool(request.config.getoption("--update-golden"))
