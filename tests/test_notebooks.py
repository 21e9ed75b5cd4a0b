"""The notebooks run, and are stored as a reader should find them."""

import json
import os
import pathlib

import pytest
from training_runs import environment

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[1] / "docs/notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_the_notebook_is_stored_executed_and_small(path):
    assert path.stat().st_size < 400_000
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data"}
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert not any("widget" in kind for output in outputs for kind in output.get("data", {}))


@pytest.mark.slow
def test_the_notebook_runs(path, monkeypatch):
    from run_notebook import execute

    for name, value in environment(NOTEBOOK_EPOCHS="1").items():
        monkeypatch.setitem(os.environ, name, value)
    notebook = execute(path)
    assert any("cell" in cell.id for cell in notebook.cells)
