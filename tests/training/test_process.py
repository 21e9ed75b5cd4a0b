"""Memory freed in one step is there for the next one."""

import platform
import subprocess
import sys

import pytest

from keras_vae_collapse.training import process

PROGRAM = """
import resource
import numpy as np
from keras_vae_collapse.training.process import keep_freed_memory

if {keep}:
    keep_freed_memory()
np.ones(10_000_000)  # 80 MB, more than any threshold that glibc sets itself
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(10_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
def test_freed_memory_is_kept():
    faults = {}
    for keep in (False, True):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(keep=keep)], capture_output=True, check=True
        )
        faults[keep] = int(done.stdout)
    assert faults[True] < faults[False] / 10


class Settings:
    """What stands for TensorFlow while its settings are made: it keeps each call, by its name."""

    def __init__(self, made, gpus=(), started=False, name="tf"):
        self._made, self._gpus, self._started, self._name = made, gpus, started, name

    def __getattr__(self, name):
        return Settings(self._made, self._gpus, self._started, name)

    def __call__(self, *value):
        if self._name == "list_physical_devices":
            return self._gpus
        if self._started and "threads" in self._name:
            raise RuntimeError("TensorFlow has started")
        self._made[self._name] = value


@pytest.mark.parametrize(
    ("cores", "options", "threads"),
    [
        (8, {}, (1, 2)),
        (1, {}, (1, 1)),
        (8, {"gpus": ["GPU:0"]}, None),
        (8, {"started": True}, None),
    ],
)
def test_threads_are_few_without_a_gpu_and_ops_are_deterministic(
    monkeypatch, cores, options, threads
):
    made = {}
    monkeypatch.setattr(process, "keep_freed_memory", lambda: made.update(memory="kept"))
    monkeypatch.setattr(process, "import_tensorflow", lambda: Settings(made, **options))
    process.prepare_process(cores)
    expected = {"memory": "kept", "enable_op_determinism": ()}
    if threads:
        expected["set_intra_op_parallelism_threads"] = threads[:1]
        expected["set_inter_op_parallelism_threads"] = threads[1:]
    assert made == expected
