"""One writer at a time in a folder."""

import os
import pathlib
import socket

from keras_vae_collapse.core.errors import RunError

try:
    import fcntl
except ImportError:  # Windows has no advisory locks of this kind
    fcntl = None  # type: ignore[assignment]


class DirectoryLock:
    """An advisory lock on a folder, gone with the process that holds it, however it ends.

    The file `.lock` in the folder says who holds it. On Windows nothing is locked.

    Args:
        folder: the folder, which must exist when the lock is taken.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._file = None

    def acquire(self):
        """Takes the lock.

        Raises:
            RunError: another process has it.
            OSError: the lock file cannot be written.
        """
        file = open(self.folder / ".lock", "a+", encoding="utf-8")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}")
            file.flush()
        except BlockingIOError as error:
            file.seek(0)
            owner = file.read().strip() or "another process"
            file.close()
            raise RunError(f"{owner} is training in {self.folder}") from error
        except OSError:
            file.close()
            raise
        self._file = file

    def is_held(self):
        """Whether another process has it now; where nothing can be locked, no."""
        try:
            with open(self.folder / ".lock", encoding="utf-8") as file:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def release(self):
        """Gives the lock up, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None
