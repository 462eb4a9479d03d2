"""Reruns the notebook of the documentation: `python -m sim.docs.notebook [FILE]`, by default in its place."""

from __future__ import annotations

import sys
from pathlib import Path

from sim import checkout

NOTEBOOK = checkout.ROOT / "docs" / "study.ipynb"


def run(out: Path = NOTEBOOK) -> None:
    """Execute every cell and store what it shows, without what belongs to this machine alone.

    Raises:
        CellExecutionError: when a cell fails.
    """
    import nbclient
    import nbformat

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(out.parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":  # warnings name paths of this machine
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, out)


if __name__ == "__main__":
    run(*map(Path, sys.argv[1:2]))
