import json

import pytest

from keras_vae_collapse.core.files import replacing, write_json, write_text


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
