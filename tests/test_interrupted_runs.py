"""Ctrl-C and SIGTERM leave a usable model and a run that can be resumed."""

import json
import re
import signal
import time

import pytest
from training_runs import differences, finish, left_by, start, train, train_arguments, write_data

from keras_vae_collapse.runs import load_model

RUN = {"epochs": 500, "set": {"patience": 500, "learning_rate": 0.01, "dropout": 0.1}}


def interrupted(data, folder, sent, **flags):
    """Runs `train.py` and interrupts it in its third epoch; returns its exit code and output."""
    process = start("train.py", *train_arguments(data, folder, **{**RUN, **flags}))
    while not list((folder / "checkpoints").glob("epoch-00002*.npz")):
        assert process.poll() is None, process.communicate()[0][-3000:]
        time.sleep(0.01)
    process.send_signal(sent)
    return finish(process)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
)
def test_an_interrupted_run_is_finished_with_the_best_weights(sent, status, tmp_path):
    data, folder = write_data(tmp_path / "data"), tmp_path / "run"
    code, output = interrupted(data, folder, sent)
    assert code == status and "Traceback" not in output, output[-3000:]
    assert "interrupted: finishing with the best weights so far" in output
    assert re.search(r"kvc-train: interrupted; go on with: .*train.py .* --resume$", output.strip())
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert 2 <= metrics["epochs"] < 500
    assert len(load_model(folder).inflect(["evler"], ["pos=N,num=SG"])) == 1
    assert (folder / "export" / "saved_model.pb").is_file()
    assert len((folder / "predictions-dev.tsv").read_text(encoding="utf-8").splitlines()) == 16


@pytest.mark.slow
def test_an_interrupted_run_can_be_resumed(tmp_path):
    data, folder, whole = write_data(tmp_path / "data"), tmp_path / "run", tmp_path / "whole"
    assert interrupted(data, folder, signal.SIGINT)[0] == 130
    epochs = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["epochs"]
    assert train(data, folder, resume=True, **{**RUN, "epochs": epochs + 3})[0] == 0
    assert train(data, whole, **{**RUN, "epochs": epochs + 3})[0] == 0
    assert differences(left_by(whole), left_by(folder)) == []
