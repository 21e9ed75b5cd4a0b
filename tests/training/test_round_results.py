"""What the end of a round writes, without a training."""

import json

from training_runs import tiny
from watched_task import Watched

from keras_vae_collapse.training import TrainingOptions, round_results
from keras_vae_collapse.training.description import run_directory
from keras_vae_collapse.training.round_results import RoundResults
from keras_vae_collapse.training.rounds import Round


class Saved:
    """A model of which nothing is asked but that it be saved."""

    def __init__(self, path):
        self._path, self.before = path, None

    def save(self, path):
        path.write_text("new")
        self.before = self._path.read_text()  # of the file that is to be replaced

    def count_params(self):
        return 99


def test_what_the_end_of_a_round_writes(tmp_path, monkeypatch):
    apart = [[4, 4, 4, 4, 3], [5, 5, 5, 5, 3]]
    task, run, evaluated, shown = Watched(), run_directory(tmp_path), [], {}
    task.epoch_figures, task.counts = ("right",), ("count",)
    task.figure = lambda figures, name: figures["inner"][name]
    task.outputs = lambda model, examples, width=1: [[f"width {width}"] for _ in examples]
    task.latent_table = lambda model: ([], (), [])

    def evaluate(task, model, examples, width, seed):
        evaluated.append((task.dev_examples, examples, width))
        return {"examples": len(examples), "inner": {"right": 0.75}}, [["out"] for _ in examples]

    def results(logs, figures, **options):
        shown.update(options, figures=figures)

    monkeypatch.setattr(round_results, "evaluate", evaluate)
    monkeypatch.setattr(round_results, "tensorboard_results", results)
    monkeypatch.setattr(round_results, "write_projector", lambda *_: None)
    run.model.write_text("old")
    model = Saved(run.model)
    results = RoundResults(task, TrainingOptions(verbose=0, export=False), apart)
    rounds = [Round(1, 1, tiny("base"), tmp_path, epochs=7, max_minutes=9.0)]
    metrics = results.write(rounds, model, {"best_epoch": 4}, run)
    dev = task.dev_examples
    assert evaluated == [(dev, dev, task.beam_width), (apart, apart, 1)]
    assert metrics == json.loads(run.metrics.read_text()) and metrics["parameters"] == 99
    assert metrics["dev"]["examples"] == len(dev) and metrics["held_out"]["examples"] == 2
    assert (model.before, run.model.read_text()) == ("old", "new")
    assert run.predictions.read_text().count("\twidth 1\n") == len(dev)
    assert run.held_out_predictions.read_text().count("\tout\n") == 2
    assert (shown["step"], shown["skip"]) == (3, ("count",))
    assert shown["figures"]["right"] == 0.75 and shown["figures"]["examples"] == len(dev)
