"""What a run of several rounds has left, on one axis of epochs."""

from made_run import write_config, write_end, write_logs

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
    ):
        (folder / "labels.tsv").write_text(labels)
        vectors, *found = read_run(tmp_path).latents
        assert (vectors.tolist(), found) == ([[0.5, 1.0], [-2.0, 3.0]], [columns, rows])
