"""The command line of this process, as one writes it to go on."""

import os
import re
import shlex
import shutil
import sys

_ABOUT_THE_RUN = re.compile(r"--?(no)?(resume|overwrite)(=.*)?")


def this_command() -> str:
    """The command line, as a shell takes it."""
    return shlex.join([*_program(), *sys.argv[1:]])


def resume_command() -> str:
    """The command line that goes on with the run of this one."""
    rest = [word for word in sys.argv[1:] if not _ABOUT_THE_RUN.fullmatch(word)]
    return shlex.join([*_program(), *rest, "--resume"])


def _program():
    """The words before the arguments: a program that is found by its name, or Python's."""
    words = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1]
    name = os.path.basename(words[-1])
    found = shutil.which(name)
    here = found and os.path.exists(words[-1])  # the name after `python -m` is no file
    return [name] if here and os.path.samefile(found, words[-1]) else words
