"""The installed commands, as `setup.cfg` lists them."""

import configparser
import pathlib
import subprocess
import sys

import pytest
from training_runs import environment

SETUP = configparser.ConfigParser()
SETUP.read(pathlib.Path(__file__).resolve().parents[2] / "setup.cfg", encoding="utf-8")
LINES = SETUP["options.entry_points"]["console_scripts"].strip().splitlines()
PAIRS = [line.split("=") for line in LINES]
SCRIPTS = [(name.strip(), *place.strip().split(":")) for name, place in PAIRS]

# What an installed script does. Until the command is called, and Ctrl-C heard, next to nothing is
# imported; here it comes with the first import after that.
PROGRAM = """
import os, signal, sys
from {module} import {function}

assert not {{"absl", "argparse", "difflib", "logging", "numpy", "pkgutil"}} & set(sys.modules)

class Interrupting:
    def find_spec(self, *_):
        os.kill(os.getpid(), signal.SIGINT)

if "--help" not in sys.argv:
    sys.meta_path.insert(0, Interrupting())
sys.exit({function}())
"""


def run(module, function, *arguments):
    program = PROGRAM.format(module=module, function=function)
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "module", "function"), SCRIPTS)
def test_ctrl_c_while_a_command_is_imported_is_one_line(name, module, function):
    done = run(module, function)
    assert (done.returncode, done.stderr) == (130, f"{name}: interrupted\n")


@pytest.mark.parametrize(("name", "module", "function"), SCRIPTS)
def test_a_script_runs_its_command(name, module, function):
    done = run(module, function, "--help")
    assert done.returncode == 0 and "--" in done.stdout and not done.stderr
    # A paragraph says what it does; those of the usage and the options begin in small letters.
    assert any(paragraph[:1].isupper() for paragraph in done.stdout.split("\n\n"))
