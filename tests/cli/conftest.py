import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
HEAD = "name: mine\ntitle: Mine\nstory: A story.\nquestion: What then?\nsources: [{title: An assumption}]\n"


class Said:
    """What a call of `polarity` left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def refusal(self) -> str:
        """The one line of a refused call."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("polarity: ")
        assert len(lines[0]) < 1000
        return lines[0]


@pytest.fixture
def polarity(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """The command line, in this process, on a wide page: where lines break is not what is tested."""
    from sim.cli.commands import app

    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object) -> Said:
        done = CliRunner().invoke(app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line as a process of its own, or a shell line in which `polarity` is a command."""

    def call(line: str, **extra: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; sys.argv[0] = 'polarity'; from sim.cli import main; main()"
        function = f'polarity() {{ "{sys.executable}" -c "{code}" "$@"; }}\n'
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **extra}
        return subprocess.run(
            ["bash", "-c", function + line], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    return call


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[str], Path]:
    """A scenario file of one's own, somewhere on the disk: the head, and what is given."""

    def write(rest: str, name: str = "mine.yaml", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + rest, encoding="utf-8")
        return path

    return write
