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


def test_a_folder_that_is_not_there_or_never_was_trained_in_is_held_by_nobody(tmp_path):
    for folder in (tmp_path, tmp_path / "x"):
        assert DirectoryLock(folder).is_held() is False
    with pytest.raises(FileNotFoundError):
        DirectoryLock(tmp_path / "x").acquire()
    DirectoryLock(tmp_path).release()  # what was never taken


@pytest.mark.skipif(fcntl is None, reason="nothing is locked on Windows")
def test_one_who_does_not_say_who_it_is_holds_it_all_the_same(tmp_path):
    lock = DirectoryLock(tmp_path)
    lock.acquire()
    (tmp_path / ".lock").write_text(" \n")
    with pytest.raises(RunError, match=f"^another process is training in {tmp_path}$"):
        DirectoryLock(tmp_path).acquire()
    lock.release()
