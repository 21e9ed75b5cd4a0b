import pathlib

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

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


def test_rate_and_accuracy_of_each_run_stand_side_by_side(tmp_path, monkeypatch, capsys):
    figures, savefig = [], Figure.savefig

    def keep(figure, *given, **options):
        figures.append(figure)
        savefig(figure, *given, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    histories = {
        name: [{"epoch": e, "rate": rate / e, "dev_accuracy": e / 8} for e in (1, 2, 3)]
        for name, rate in (("base", 0.5), ("mdr", 24.0))
    }
    monkeypatch.setattr(collapse_picture, "history", lambda run: histories[pathlib.Path(run).name])
    path = tmp_path / "picture.png"
    assert main([f"--runs=runs/base,{tmp_path}/mdr", f"--output={path}"]) == 0
    assert capsys.readouterr().out == f"written: {path}\n" and path.is_file()
    rates, accuracies = figures[0].axes
    for axes, name in ((rates, "rate"), (accuracies, "dev_accuracy")):
        assert {line.get_label(): line.get_xydata().tolist() for line in axes.lines} == {
            run: [[record["epoch"], record[name]] for record in records]
            for run, records in histories.items()
        }
        assert axes.get_ylim()[0] == 0 and axes.get_legend() is not None
        assert axes.get_xlabel() == "epoch"
        assert all(float(tick).is_integer() for tick in axes.get_xticks())
    assert "rate" in rates.get_ylabel() and "accuracy" in accuracies.get_ylabel()
    assert not pyplot.get_fignums()


def test_a_run_without_a_checkpoint_is_one_line(tmp_path, capsys):
    assert main([f"--runs={tmp_path}", f"--output={tmp_path / 'x.png'}"]) == 1
    assert capsys.readouterr().err == f"collapse_picture: {tmp_path} holds no checkpoint\n"
    for words in ([f"--runs={tmp_path}"], ["--output=x.png"]):
        with pytest.raises(SystemExit, match="2"):
            main(words)
