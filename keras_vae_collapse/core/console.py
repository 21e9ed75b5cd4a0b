"""The console of a command: its own lines and errors, not the chatter of the libraries it loads."""

import contextlib
import logging
import os
import subprocess
import sys
import warnings

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
# What TensorFlow's libraries write while they load and look for a GPU. The first two lines heed no
# log level; the errors are those of a machine without a GPU, or of plugins registered twice. The
# line of TensorFlow 2.21 begins `E0000 00:00`, that of 2.20 `2026-11-28 12:22:02.743467: E`.
_CHATTER = (
    r"WARNING: All log messages before absl::InitializeLog\(\) is called"
    r"|(\d{4}-\d\d-\d\d [\d:.]+: [IW]|[IW]\d{4}) "
    r"|(\d{4}-\d\d-\d\d [\d:.]+: E|E\d{4}) "
    r".*(cuInit: .*(UNKNOWN ERROR \(303\)|NO_DEVICE)|Unable to register cu|oneDNN supports)"
)
_PASS_ON = """
import re, sys
for line in sys.stdin.buffer:
    if not re.match(sys.argv[1].encode(), line):
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
"""


def run_command(name, body):
    """Runs `body()` as a command, help and parsing of its flags included.

    An error that the user can mend is one line on stderr and exit code 1; Ctrl-C is one, too, and
    130. A reader that has gone, as in `| head -1`, ends the command without a word.

    Args:
        name: of the command, for messages.
        body: returns the exit code, `None` for 0, or a message for `sys.exit`.
    """
    try:
        with plain_messages():
            try:
                return body() or 0
            finally:
                sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell says it of a program that SIGPIPE has ended
    except (ValueError, OSError, RuntimeError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{name}: interrupted", file=sys.stderr)
        return 130


@contextlib.contextmanager
def plain_messages():
    """Warnings and log lines are what they say, without the file and line of our source."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    with warnings.catch_warnings():
        # Deprecations and the like inside the libraries, which no user of a command can mend.
        warnings.filterwarnings("ignore", module=r"(keras|tensorflow\w*|tf_keras|google)(\.|$)")
        warnings.showwarning = lambda message, *_: print(f"warning: {message}", file=sys.stderr)
        yield


def import_tensorflow():
    """Imports TensorFlow and looks for its devices, without the lines of a normal start.

    Errors are shown as ever. A `TF_CPP_MIN_LOG_LEVEL` of 0 or 1 in the environment shows all.

    Returns:
        The module `tensorflow`.
    """
    if "tensorflow" not in sys.modules:
        quiet = int(os.environ.setdefault(_LEVEL, "2") or 0) >= 2 and sys.stderr is not None
        with _without_chatter() if quiet else contextlib.nullcontext():
            import tensorflow as tf

            tf.config.list_physical_devices()
            if quiet:
                _transpose_booleans(tf)
        if quiet:
            tf.get_logger().setLevel(logging.ERROR)
            logging.getLogger("absl").setLevel(logging.ERROR)
    return sys.modules["tensorflow"]


def _transpose_booleans(tf):
    """Lets oneDNN say now, once a process, which types it transposes only with AVX-512.

    A session of its own leaves the devices and threads of this process to be set up later.
    """
    options = tf.compat.v1.ConfigProto(device_count={"GPU": 0})
    with tf.Graph().as_default(), tf.compat.v1.Session(config=options) as session:
        mask = tf.compat.v1.placeholder("bool", (1, 2))
        session.run(tf.transpose(mask), {mask: [[True, False]]})


@contextlib.contextmanager
def _without_chatter():
    """Leaves the known lines out of standard error.

    They are written by compiled code, so the file descriptor is moved. A process of its own reads
    it: should the import end this one, what it had to say is still passed on.
    """
    kept = os.dup(2)
    reader = subprocess.Popen(
        [sys.executable, "-ISc", _PASS_ON, _CHATTER],
        stdin=subprocess.PIPE,
        stdout=kept,
        stderr=kept,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the other
    )
    os.dup2(reader.stdin.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        reader.communicate()
