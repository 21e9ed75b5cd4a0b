from zoo import collapse_picture
from zoo.collapse_picture import main


def test_the_history_is_that_of_the_newest_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(
        collapse_picture, "load_checkpoint", lambda path: ([], {"history": path.name})
    )
    (tmp_path / "checkpoints").mkdir()
    for epoch in (9, 11, 10):
        (tmp_path / "checkpoints" / f"epoch-{epoch:04d}.npz").touch()
    assert collapse_picture.history(tmp_path) == "epoch-0011.npz"


def test_the_picture_is_drawn_from_runs(tiny_run, tmp_path):
    path = tmp_path / "picture.png"
    assert main([f"--runs={tiny_run.directory.path}", f"--output={path}"]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert main([f"--runs={tmp_path}", f"--output={path}"]) == 1
