"""How the command line reports errors: one line for a person, and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from scenarios.errors import InputError, from_validation, one_line
from sim.cli.interrupts import hear_interrupts

LONGEST = 4000
"""Characters after which an error line is cut."""
ALONE = 1
"""Exit status when whoever reads the output has gone away."""
WRONG, STOPPED = 2, 130


def explained(error: BaseException) -> str | None:
    """The user's mistake in one line; None if the program itself is at fault."""
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # a usage error of typer
        text = f"{error.format_message().rstrip('.')}; see `polarity --help`"
    elif type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        text = str(from_validation(error))  # type: ignore[arg-type]  # named, so that pydantic stays unimported
    elif isinstance(error, InputError) or type(error).__name__ == "CalibrationError":
        text = str(error)
    elif isinstance(error, FloatingPointError):
        text = f"{error}; a setting or parameter is too extreme to simulate"
    elif isinstance(error, MemoryError):
        text = "not enough memory; use fewer --runs"
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        text = f"{place}{error.strerror or error}"
    else:
        return None
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


class Commands(TyperGroup):
    """The group of commands; an error the user can fix is one line, and the exit status says what happened."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands, each with the whole first line of its help."""
        known = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (name, (command.help or "").partition("\n")[0]) for name, command in known if command and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and leave with 0, 2 for wrong input, 130 when interrupted."""
        asked = None
        try:
            with hear_interrupts() as asked:
                status = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            status = ALONE
            _drop_output()
        except KeyboardInterrupt:
            status = STOPPED
        except Exception as error:
            line = explained(error)
            if asked is not None and asked.is_set():  # a library has made another error of the interrupt
                status = STOPPED
            elif line is None:
                raise
            else:
                print(f"polarity: {line}", file=sys.stderr)
                status = WRONG
        status = status if isinstance(status, int) else 0
        if status == STOPPED:
            print("polarity: interrupted", file=sys.stderr)
        if standalone_mode:
            sys.exit(status)
        return status


def _drop_output() -> None:
    """Send what is still to be written nowhere, so that the interpreter does not complain when it ends."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
