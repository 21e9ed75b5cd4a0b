import os

import pytest

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs.lock import DirectoryLock, fcntl


def test_the_file_names_the_one_who_holds_it_now(tmp_path):
    (tmp_path / ".lock").write_text("process 1 on another machine", encoding="utf-8")
    lock = DirectoryLock(tmp_path)
    for _ in range(2):
        lock.acquire()
        text = (tmp_path / ".lock").read_text(encoding="utf-8")
        assert text.startswith(f"process {os.getpid()} on ") and text.count("process") == 1
        lock.release()


@pytest.mark.skipif(fcntl is None, reason="nothing is locked on Windows")
def test_a_lock_is_held_until_it_is_released(tmp_path):
    lock, other = DirectoryLock(tmp_path), DirectoryLock(tmp_path)
    lock.acquire()
    assert other.is_held()
    with pytest.raises(RunError, match=f"^process {os.getpid()} on .* is training in "):
        other.acquire()
    lock.release()
    assert not other.is_held()
