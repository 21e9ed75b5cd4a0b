"""What a run of several rounds has left, on one axis of epochs."""

import os

import pytest
from made_run import finished_run, write_config, write_end, write_logs

from keras_vae_collapse.runs.lock import DirectoryLock
from keras_vae_collapse.training.report import read_run


def test_a_finished_run_that_is_trained_further_is_in_training(tmp_path, monkeypatch):
    write_config(tmp_path)
    write_end(tmp_path)
    assert read_run(tmp_path).state == "finished"
    monkeypatch.setattr(DirectoryLock, "is_held", lambda lock: True)
    assert read_run(tmp_path).state == "training"


def test_the_epochs_of_three_rounds_are_counted_on(tmp_path):
    write_config(tmp_path)
    for folder, epochs in (("round-1", 2), ("round-2", 3), ("", 1)):
        write_logs(tmp_path / folder, epochs)
    rounds = [{"round": number, "best_epoch": number} for number in (1, 2, 3)]
    for kept, epoch in ((1, 1), (2, 2 + 2), (3, 5 + 3)):
        write_end(tmp_path, rounds=rounds, kept_round=kept)
        run = read_run(tmp_path)
        assert (run.rounds, run.epochs, run.kept_epoch) == ((2, 5), 6, epoch)


def test_labels_of_one_column_have_no_header(tmp_path):
    write_config(tmp_path)
    folder = tmp_path / "logs" / "dev" / "projector"
    folder.mkdir(parents=True)
    (folder / "latent.tsv").write_text("0.5\t1\n-2\t3\n")
    for labels, columns, rows in (
        ("ev\nat\n", ["label"], [["ev"], ["at"]]),
        ("word\tpos\nev\tN\nat\tV\n", ["word", "pos"], [["ev", "N"], ["at", "V"]]),
        ('"ev\nat"\n', ["label"], [['"ev'], ['at"']]),
    ):
        (folder / "labels.tsv").write_text(labels)
        vectors, *found = read_run(tmp_path).latents
        assert (vectors.tolist(), found) == ([[0.5, 1.0], [-2.0, 3.0]], [columns, rows])


def test_a_round_that_is_not_there_any_more_is_not_counted(tmp_path):
    write_config(tmp_path)
    write_end(tmp_path, rounds=[{"best_epoch": 4}, {"best_epoch": 2}], kept_round=2)
    assert read_run(tmp_path).kept_epoch == 2
    write_end(tmp_path, best_epoch=None)
    run = read_run(tmp_path)
    assert (run.kept_epoch, run.epochs, run.rounds) == (None, 0, ())


def test_a_whole_run_misses_nothing(tmp_path):
    run = read_run(finished_run(tmp_path))
    assert run.missing == [] and run.diagnosis is None
    assert run.rates == {epoch: [4.0, 3.0, 2.0, 0.0] for epoch in (1, 2, 3)}


def missing(folder):
    return "; ".join(read_run(folder).missing)


@pytest.mark.parametrize(
    ("held", "when"),
    [(True, "written when training ends"), (False, "training has not come to its end")],
)
def test_a_run_without_its_end_says_what_is_awaited(tmp_path, monkeypatch, held, when):
    monkeypatch.setattr(DirectoryLock, "is_held", lambda lock: held)
    write_config(tmp_path)
    assert missing(tmp_path) == (
        f"metrics.json, the final figures: {when}; figures of the epochs: {tmp_path / 'logs'} has "
        "none; they come after the first epoch; the latent space: written when training ends"
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("metrics.json", "[1]", "metrics.json is damaged: it is not what a run writes"),
        ("report.json", "{", "report.json is damaged: "),
        ("logs/dev/rate_per_dimension.tsv", "epoch\tz0\n1\t2\n2\t3\t4\n", "rows differ in length"),
        ("logs/dev/projector/labels.tsv", "a\tb\n" * 15, "labels and vectors do not belong"),
        ("logs/dev/projector/labels.tsv", "a\tb\n" * 16 + "a\n", "labels and vectors do not"),
    ],
)
def test_what_is_damaged_is_said_and_the_rest_is_read(tmp_path, name, text, said):
    write_config(tmp_path)
    write_end(tmp_path)
    (tmp_path / name).write_text(text)
    run = read_run(tmp_path)
    assert said in "; ".join(run.missing)
    assert (run.metrics == {}) == (name == "metrics.json") and run.rates == {}
    assert (run.latents is None) == ("projector" in name)


def test_a_diagnosis_is_of_the_model_that_is_there(tmp_path):
    write_config(tmp_path)
    report = tmp_path / "report.json"
    report.write_text('{"verdict": "healthy"}')
    assert read_run(tmp_path).diagnosis is None  # of a model that is trained no more
    write_end(tmp_path)
    for time, found in (
        (999, None),
        (1000, {"verdict": "healthy"}),
        (1001, {"verdict": "healthy"}),
    ):
        os.utime(tmp_path / "metrics.json", (1000, 1000))
        os.utime(report, (time, time))
        assert read_run(tmp_path).diagnosis == found
        assert ("report.json is of an earlier model" in missing(tmp_path)) == (found is None)
