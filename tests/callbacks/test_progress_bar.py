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
