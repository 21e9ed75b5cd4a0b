from zoo.collapse_picture import main


def test_the_picture_is_drawn_from_runs(tiny_run, tmp_path):
    path = tmp_path / "picture.png"
    assert main([f"--runs={tiny_run.directory.path}", f"--output={path}"]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert main([f"--runs={tmp_path}", f"--output={path}"]) == 1
