"""What a command leaves on the terminal, seen from outside its process."""

import os
import subprocess
import sys

import pytest
from training_runs import REPOSITORY

CONSOLE = "import os, warnings; from keras_vae_collapse.core.console import *\n"
ABORT = """
from keras_vae_collapse.core.console import _without_chatter
with _without_chatter():
    os.write(2, b"I0000 00:00:17.9 31 cudart_stub.cc:31] Could not find cuda drivers\\n")
    os.write(2, b"E0000 00:00:17.9 31 cuda_platform.cc:52] out of memory\\n")
    os.abort()
"""


def run(*words, **options):
    """Runs Python as a newcomer does, without any setting of TensorFlow."""
    env = {name: value for name, value in os.environ.items() if name[:3] not in ("TF_", "CUD")}
    env["PYTHONPATH"] = str(REPOSITORY)
    return subprocess.run([sys.executable, *words], env=env, text=True, **options)


def seen(code):
    done = run("-c", CONSOLE + code, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def test_an_answer_is_all_that_a_command_prints():
    command = ("-m", "keras_vae_collapse.inflect", "--model_dir=turkish-mdr", "--beam_width=2")
    done = run(*command, input="atlar\tpos=N,case=ABL,num=SG\n", capture_output=True)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


CUDA = "failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)"
ONEDNN = "oneDNN supports DT_BOOL only on platforms with AVX-512. Falling back"


@pytest.mark.parametrize(
    "stamp", ["{}0000 00:00:1795863110.731417    3918 ", "2026-11-28 12:22:02.743467: {} "]
)
def test_lines_of_a_normal_start_are_left_out_in_the_form_of_each_tensorflow(stamp):
    lines = [
        stamp.format("I") + "external/xla/cudart_stub.cc:31] Could not find cuda drivers",
        stamp.format("W") + "tensorflow/compiler/tf2tensorrt/py_utils.cc:38] TF-TRT Warning",
        stamp.format("E") + f"external/xla/cuda_platform.cc:51] {CUDA}",
        stamp.format("E") + f"tensorflow/core/util/util.cc:131] {ONEDNN}",
        stamp.format("E") + "external/xla/cuda_platform.cc:51] out of memory",
        "2026-11-28 a line of another program",
    ]
    said = "from keras_vae_collapse.core.console import _without_chatter\n"
    said += f"with _without_chatter():\n    os.write(2, {chr(10).join(lines).encode()!r})\n"
    assert seen(said) == (0, "", "\n".join(lines[4:]))


@pytest.mark.parametrize(
    ("body", "code", "out", "err"),
    [
        ("lambda: print(1)", 0, "1\n", ""),
        ("lambda: warnings.warn('deserves a look')", 0, "", "warning: deserves a look\n"),
        ("lambda: open('/no/file')", 1, "", "x: [Errno 2] No such file or directory: '/no/file'\n"),
        ("lambda: os.kill(os.getpid(), 2)", 130, "", "\nx: interrupted\n"),
    ],
)
def test_each_end_of_a_command_is_one_line(body, code, out, err):
    assert seen(f"raise SystemExit(run_command('x', {body}))") == (code, out, err)


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "zoo.train", "--recipe=list"),
        ("-m", "zoo.train", "--help"),
        ("-m", "keras_vae_collapse.sample", "--help"),
        ("-c", CONSOLE + "raise SystemExit(run_command('x', lambda: print('line ' * 100_000)))"),
    ],
)
def test_a_reader_that_has_gone_is_no_error(words):
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*words, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    # 0 where argparse drops its own help without a word.
    assert done.returncode in (0, 141) and done.stderr == ""


def test_an_error_is_shown_even_if_it_ends_the_import_of_tensorflow():
    code, _, err = seen(ABORT)
    assert code != 0 and "out of memory" in err and "cudart_stub" not in err


@pytest.mark.slow
def test_of_what_tensorflow_logs_errors_are_left():
    log = "import_tensorflow().get_logger()"
    _, out, err = seen(f"{log}.warning('of no use'); {log}.error('out of memory')")
    assert not out and "of no use" not in err and "out of memory" in err
