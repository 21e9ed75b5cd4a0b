import keras
import numpy as np
import pytest
from small_model import X, make_model

from keras_vae_collapse.callbacks import NaNGuard, NotFiniteLoss
from keras_vae_collapse.layers import Dropout


def fit(y, checkpoint=None, batches_ahead=()):
    guard = NaNGuard(lambda: checkpoint)
    make_model().fit(
        X,
        y,
        batch_size=8,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[*batches_ahead, guard],
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_stops_at_its_batch(value):
    y = X[:, :1].copy()
    y[10] = value
    with pytest.raises(NotFiniteLoss, match=r"step 2 \(epoch 1, batch 2\); .*no checkpoint yet"):
        fit(y)


def test_the_last_good_checkpoint_is_named():
    with pytest.raises(NotFiniteLoss, match=r"last good checkpoint: runs/epoch-00002.npz\. A"):
        fit(X[:, :1] * np.nan, checkpoint="runs/epoch-00002.npz")


def test_a_weight_that_is_not_finite_stops_before_the_epoch_is_saved():
    class Spoil(keras.callbacks.Callback):
        # After the last batch, so that no loss shows it any more.
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                self.model.layers[-1].bias.assign([np.nan])

    with pytest.raises(NotFiniteLoss, match=r"weight sequential\S*/dense\S*/bias is not finite"):
        fit(X[:, :1], batches_ahead=[Spoil()])


def test_weights_in_half_precision_are_looked_at_and_counts_are_not():
    counts = Dropout(0.5, seed=1)  # its draws
    dense = keras.layers.Dense(1, dtype="bfloat16")
    model = keras.Sequential([keras.Input((3,)), counts, dense])
    assert {str(weight.dtype) for weight in model.weights} == {"int64", "bfloat16"}
    model.compile("sgd", "mse")
    guard = NaNGuard(lambda: None)
    guard.set_model(model)
    guard.on_epoch_begin(4)
    guard.on_train_batch_end(6)  # without a loss in the logs
    guard.on_epoch_end(4)
    dense.bias.assign([np.inf])
    with pytest.raises(NotFiniteLoss, match=r"bias is not finite at step 0 \(epoch 5, batch 7\)"):
        guard.on_epoch_end(4)
