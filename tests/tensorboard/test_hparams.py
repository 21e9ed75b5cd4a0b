import numpy as np
from event_files import read_events

from keras_vae_collapse.tensorboard.hparams import flatten_hparams, write_final_figures


def test_nested_options_become_dotted_names_and_other_values_strings():
    config = {"rate": {"weight": {"class": "Linear", "to": 0.5}}, "a": None, "b": [1], "d": True}
    assert flatten_hparams({**config, "empty": {}}) == {
        "rate.weight.class": "Linear",
        "rate.weight.to": 0.5,
        "a": "None",
        "b": "[1]",
        "d": True,
    }


def test_final_figures_are_the_numbers_that_are_results(tmp_path):
    figures = {"accuracy": 0.5, "active_units": np.int64(3), "parts": {"N": 1.0}, "count": 9}
    write_final_figures(tmp_path, {**figures, "lines": 9}, step=7, skip=("lines",))
    found = {tag: (step, float(value)) for step, tag, value in read_events(tmp_path)}
    assert found == {"final/accuracy": (7, 0.5), "final/active_units": (7, 3.0)}


def test_figures_stand_at_step_0_and_counts_of_examples_and_samples_are_none(tmp_path):
    write_final_figures(tmp_path, {"rate": 1.5, "examples": 9, "num_samples": 5, "count": 9})
    found = {tag: (step, float(value)) for step, tag, value in read_events(tmp_path)}
    assert found == {"final/rate": (0, 1.5)}
