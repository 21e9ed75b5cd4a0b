import json
import os
import stat

import pytest

from keras_vae_collapse.core.files import PARTIAL, replacing, sha256, write_json, write_text


def test_a_replaced_file_is_the_old_one_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "value.json"
    write_json(path, {"a": 1})
    with pytest.raises(ZeroDivisionError):
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError
    assert json.loads(path.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]
    write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "export"
    for generation in ("one", "two"):
        with replacing(path) as temporary:
            temporary.mkdir()
            (temporary / generation).write_text("")
    assert [entry.name for entry in path.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [path]


def test_text_and_values_are_written_as_they_are(tmp_path):
    write_text(tmp_path / "a" / "text", " ğ\t\n\n")
    assert (tmp_path / "a" / "text").read_bytes() == " ğ\t\n\n".encode()
    write_json(tmp_path / "value", {"ğ": [1.5, None]})
    assert json.loads((tmp_path / "value").read_text(encoding="utf-8")) == {"ğ": [1.5, None]}
    assert "ğ" in (tmp_path / "value").read_text(encoding="utf-8")


def test_a_file_is_on_the_disk_before_it_takes_its_name_and_then_its_folder_is(
    tmp_path, monkeypatch
):
    path, seen = tmp_path / "new" / "and deeper" / "value", []

    def fsync(descriptor, sync=os.fsync):
        there = path.exists() and path.read_text() == "text"
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), there))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_text(path, "text")
    assert seen == [(False, False), (True, True)]


def test_what_is_being_written_lies_beside_under_a_name_that_says_so(tmp_path):
    with replacing(tmp_path / "value") as temporary:
        (folder,) = tmp_path.iterdir()
        assert temporary == folder / "value" and not temporary.exists()
        assert folder.name.startswith(".value.") and folder.name.endswith(PARTIAL)
        temporary.write_text("")
    (tmp_path / "value").unlink()
    with pytest.raises(FileNotFoundError):  # a block that writes nothing
        with replacing(tmp_path / "value"):
            pass
    assert not list(tmp_path.iterdir())


def test_a_value_is_written_for_people_and_a_digest_is_that_of_the_bytes(tmp_path):
    write_json(tmp_path / "value", {"a": [1]})
    assert (tmp_path / "value").read_text() == '{\n  "a": [\n    1\n  ]\n}\n'
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert sha256(tmp_path / "abc") == sha256(str(tmp_path / "abc")) == known
