"""Every `python -m` form of a command has its help without TensorFlow; the commands run."""

import json
import subprocess
import sys

import pytest
from training_runs import environment

PACKAGE = "keras_vae_collapse"
COMMANDS = ("evaluate", "diagnose", "inflect", "sample")
MODULES = [
    *(f"{PACKAGE}.{name}" for name in (*COMMANDS, "projector", "data.turkish_demo")),
    *(f"{PACKAGE}.commands.{name}" for name in (*COMMANDS, "project", "latent_plots")),
    *(f"zoo.{name}" for name in ("train", "compare", "publish", "collapse_picture")),
    f"{PACKAGE}.diagnostics.latent_plots",
]
SCRIPT = """
import contextlib, io, json, runpy, sys

modules, commands = map(json.loads, sys.argv[1:])

def run(name, *options):
    sys.argv = [name, *options]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            runpy.run_module(name, run_name="__main__")
        except SystemExit as error:
            assert not error.code, (name, error.code)
    return printed.getvalue()

for name in modules:
    assert "--" in run(name, "--help"), name
    assert "tensorflow" not in sys.modules, name
lines = {name: len(run(f"keras_vae_collapse.{name}", "--model_dir=.", *options).splitlines())
         for name, options in commands.items()}
print(json.dumps(lines))
"""


@pytest.mark.slow
def test_every_command_runs_as_a_module(model_dir):
    file = "--file=examples"
    runs = {
        "evaluate": [file, "--num_samples=2"],
        "diagnose": [file, "--num_samples=2"],
        "inflect": [],
        "sample": ["--count=2"],
        "projector": [file, "--log_dir=logs"],
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(MODULES), json.dumps(runs)],
        env=environment(), capture_output=True, text=True, cwd=model_dir, input="evler\tpos=V\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = json.loads(done.stdout.splitlines()[-1])
    assert (lines["inflect"], lines["sample"], lines["projector"]) == (1, 2, 1)
    assert lines["evaluate"] > 10 and lines["diagnose"] > 10
