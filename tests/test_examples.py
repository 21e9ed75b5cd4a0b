"""The examples for outsiders: a collapse and its cure, each in one script."""

import pathlib
import re
import subprocess
import sys

import pytest
from training_runs import environment

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
# What `explain` names first, in those that ask it.
CAUSES = {
    "sequential_vae": "distortion_averaged",
    "series_vae": "generator_strong",
    "tfp_vae": "distortion_averaged",
    "train_step_vae": "weight_too_high",
}
EXPLAINED = [path for path in EXAMPLES if path.stem in CAUSES]
OTHERS = [path for path in EXAMPLES if path.stem not in CAUSES]


def output_of(path, *arguments):
    command = [sys.executable, str(path), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(MPLBACKEND="Agg")
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("path", EXPLAINED, ids=lambda path: path.stem)
def test_the_example_names_its_cause_and_is_cured(path, tmp_path):
    picture = tmp_path / "picture.png"
    before, after = re.split(
        r"^before: ", output_of(path, "--picture", picture), flags=re.MULTILINE
    )
    assert before.startswith(f"1. {CAUSES[path.stem]} (")
    figures = r"rate (-?[\d.]+), worth of z (-?[\d.]+)$"
    (rate, worth), (cured_rate, cured_worth) = re.findall(figures, after, re.MULTILINE)
    assert float(rate) < 1.0 and float(worth) < 2.0
    assert float(cured_rate) > 3.0 and float(cured_worth) > 20.0
    assert "no cause found: z is used" in after
    assert picture.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_the_example_collapses_and_is_cured(path):
    rates = dict(re.findall(r"^(\w+) +rate +([\d.]+) nats", output_of(path), re.MULTILINE))
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
