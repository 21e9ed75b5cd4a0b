import numpy as np
from event_files import read_events

from keras_vae_collapse.tensorboard.hparams import flatten_hparams, write_final_figures


def test_nested_options_become_dotted_names():
    config = {"latent_dim": 8, "rate_options": {"weight": {"schedule": "Linear", "rate": 0.5}}}
    assert flatten_hparams(config) == {
        "latent_dim": 8,
        "rate_options.weight.schedule": "Linear",
        "rate_options.weight.rate": 0.5,
    }


def test_other_values_become_strings_and_empty_options_vanish():
    config = {"a": None, "b": [1, 2], "c": {}, "d": True}
    assert flatten_hparams(config) == {"a": "None", "b": "[1, 2]", "d": True}


def test_final_figures_are_the_numbers_that_are_results(tmp_path):
    figures = {"accuracy": 0.5, "active_units": np.int64(3), "per_pos": {"N": 1.0}, "count": 9}
    write_final_figures(tmp_path, figures, step=7)
    found = {tag: (step, float(value)) for step, tag, value in read_events(tmp_path)}
    assert found == {"final/accuracy": (7, 0.5), "final/active_units": (7, 3.0)}
