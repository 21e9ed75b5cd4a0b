"""The examples for outsiders: a collapse and its cure, each in one script."""

import pathlib
import re
import subprocess
import sys

import pytest
from training_runs import environment

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_collapses_and_is_cured(path):
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rates = dict(re.findall(r"^(\w+) +rate +([\d.]+) nats", done.stdout, re.MULTILINE))
    assert float(rates["KLDivergence"]) < 1.0
    target = float(re.search(r"rate_nats=([\d.]+)", path.read_text())[1])
    assert abs(float(rates["MDRConstraint"]) / target - 1) < 0.1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_is_short_and_uses_nothing_of_our_model(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 80
    assert "keras_vae_collapse.models" not in text and "zoo" not in text


@pytest.mark.parametrize(
    ("file", "heading"),
    [
        ("README.md", "Import a part"),
        ("docs/guide.md", "A model that is not ours"),
        ("docs/index.md", "Start in five minutes"),
        ("docs/collapsed.md", "Then choose a remedy"),
    ],
)
def test_what_the_documents_show_of_a_model_of_ones_own_runs(file, heading):
    text = (ROOT / file).read_text(encoding="utf-8")
    section = re.search(rf"^## {heading}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    code = "\n".join(re.findall(r"```python\n(.*?)```", section, re.DOTALL))
    exec(compile(code, file, "exec"), {"__name__": "example"})
