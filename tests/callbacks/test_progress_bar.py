import re

import keras
import pytest
from small_model import StopAt, X, make_model

from keras_vae_collapse.callbacks import ProgressBar


@pytest.mark.parametrize("verbose", [1, 2])
def test_an_epoch_cut_short_claims_no_batch_that_was_not_trained(capsys, verbose):
    keras.config.enable_interactive_logging()
    hooks = [StopAt(1, 2, politely=True), ProgressBar()]
    make_model().fit(X, X[:, :1], batch_size=4, epochs=3, verbose=verbose, callbacks=hooks)
    _, first, second = capsys.readouterr().out.split("Epoch ")
    assert "6/6" in first and "6/6" not in second
    assert re.search("3/6.* - loss: .*\n", second)


@pytest.mark.parametrize("columns", [60, 80, 300])
def test_while_an_epoch_lasts_the_bar_keeps_to_one_line(capsys, monkeypatch, columns):
    """A wider line cannot be drawn over: each step would begin another one."""
    monkeypatch.setenv("COLUMNS", str(columns))
    keras.config.enable_interactive_logging()
    hooks = [Figures(), ProgressBar()]
    make_model().fit(X, X[:, :1], batch_size=4, epochs=1, verbose=1, callbacks=hooks)
    *during, last = re.split(r"[\r\n]+", capsys.readouterr().out.strip())
    lines = [re.sub(r"\x1b\[\d+m|\x08", "", line).rstrip() for line in during]
    assert lines and max(map(len, lines)) <= columns
    assert all(" - rate: 7" in line for line in lines)
    assert (" - zzz: 7" in lines[-1]) == (columns == 300)
    assert " - zzz: 7" in last


class Figures(keras.callbacks.Callback):
    """More figures than a terminal has room for; those that matter come last."""

    def on_train_batch_end(self, batch, logs=None):
        logs.update(dict.fromkeys(("another_figure", "yet_another_figure", "zzz", "rate"), 7.0))

    on_epoch_end = on_train_batch_end
