"""Memory freed in one step is there for the next one."""

import platform
import subprocess
import sys

import pytest

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
