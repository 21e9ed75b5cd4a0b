"""Small programs that are sent signals; none of them imports TensorFlow."""

import signal
import subprocess
import sys

import pytest
from training_runs import environment

START = """
import os, signal, sys, time
from keras_vae_collapse.commands.ctrl_c import end_in_one_line
to_finish = len(sys.argv) > 1
end_in_one_line(lambda: "one line", lambda: to_finish)
def send(number=signal.SIGINT):
    os.kill(os.getpid(), number)
"""


def run(body, *arguments):
    """Status, standard output and standard error of a program that begins with `START`."""
    command = [sys.executable, "-c", START + body, *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_program_in_one_line_and_loses_no_output(number, status):
    body = f"print('before', end='')\nsend({int(number)})\ntime.sleep(60)\nprint('after')"
    assert run(body) == (status, "before", "one line\n")


def test_it_ends_within_one_long_instruction():
    # Between two instructions of Python there would be a chance to answer; here is none.
    assert run("import hashlib\nsend()\nhashlib.pbkdf2_hmac('sha1', b'', b'', 10**9)")[0] == 130


HANDLED = """
signal.signal(signal.SIGINT, lambda *_: print("handled", flush=True))
send()
"""


def test_another_handler_has_the_first_signal_where_there_is_something_to_finish():
    again = HANDLED + "print('went on', flush=True)\nsend()\ntime.sleep(60)"
    status, output, error = run(again, "to finish")
    assert (status, error) == (130, "one line\n")
    assert output.startswith("handled\nwent on\n")


def test_a_handler_that_has_gone_by_the_time_one_looks_has_had_the_first_signal():
    body = """
from keras_vae_collapse.callbacks import Interrupts
sys.setswitchinterval(5)
with Interrupts() as interrupts:
    send()
    while not interrupts.requested:
        pass
time.sleep(1)
print("finished", flush=True)
os._exit(7)
"""
    assert run(body, "to finish")[:2] == (7, "finished\n")


def test_another_handler_does_not_matter_where_there_is_nothing_to_finish():
    status, _, error = run(HANDLED + "time.sleep(60)")
    assert (status, error) == (130, "one line\n")


def test_an_ignored_signal_stays_ignored():
    ignoring = "signal.signal(signal.SIGINT, signal.SIG_IGN)\nend_in_one_line(lambda"
    body = START.replace("end_in_one_line(lambda", ignoring, 1)
    command = [sys.executable, "-c", body + "send()\ntime.sleep(0.1)\nos._exit(7)"]
    assert subprocess.run(command, env=environment(), timeout=60).returncode == 7
