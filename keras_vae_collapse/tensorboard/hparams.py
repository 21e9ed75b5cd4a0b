"""Runs side by side in TensorBoard's HParams plugin."""

import numbers
import os

import tensorflow as tf

# Numbers of examples and of samples: the same in every run, so nothing to compare runs by.
_COUNTS = ("count", "examples", "num_samples")


def flatten_hparams(config):
    """Nested options as the flat dictionary that the HParams plugin takes.

    `{"rate_term": {"rate_nats": 40.0}}` becomes `{"rate_term.rate_nats": 40.0}`. Numbers,
    strings and booleans stay as they are, anything else becomes a string.

    No list of hyperparameters is declared to TensorBoard: it would take that of one run for
    all, and hide the options that only other runs have. It finds them in the runs instead.
    """
    flat = {}
    for name, value in config.items():
        if isinstance(value, dict):
            options = flatten_hparams(value)
            flat.update({f"{name}.{key}": option for key, option in options.items()})
        else:
            flat[name] = value if isinstance(value, (bool, numbers.Real, str)) else str(value)
    return flat


def write_final_figures(log_dir, figures, step=0, skip=()):
    """Writes the numbers among `figures` as scalars `final/NAME` of the run `log_dir`.

    They are those of the weights that are kept, while the figures of the last epoch, which the
    plugin shows otherwise, are those of weights that may have been thrown away. Counts of
    examples and samples, and the names in `skip`, are left out.
    """
    writer = tf.summary.create_file_writer(os.fspath(log_dir))
    with writer.as_default(step):
        for name, value in figures.items():
            if isinstance(value, numbers.Real) and name not in (*_COUNTS, *skip):
                tf.summary.scalar(f"final/{name}", value)
    writer.close()
