"""A stream of words longer than one would hold in memory."""

import subprocess
import sys

import pytest
from training_runs import environment

# Inflects words from standard input; says how much its memory grew since the tenth of the way.
PROGRAM = """
import resource, sys
from keras_vae_collapse.commands import inflect

total, peaks = int(sys.argv[1]), []

class Lines:
    def __iter__(self):
        for number in range(total):
            if number % (total // 10) == 0:
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            yield b"evler%d\\tpos=N,case=ABL,num=SG\\n" % (number % 1000)

    def isatty(self):
        return False

class Standard:
    buffer = Lines()
    isatty = buffer.isatty

sys.stdin = Standard()
status = inflect.main(["--model_dir=turkish-mdr"])
print(peaks[-1] - peaks[1], file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_words():
    total = 60_000
    command = [sys.executable, "-c", PROGRAM, str(total)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("\n") == total
    # The answers and questions of all words would take more than 20 MiB as Python objects.
    assert float(done.stderr.splitlines()[-1]) < 8
