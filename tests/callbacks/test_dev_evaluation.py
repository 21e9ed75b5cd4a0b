import keras
import numpy as np
from small_model import X, make_model

from keras_vae_collapse.callbacks import DevEvaluation


def test_figures_of_the_averaged_weights_enter_the_logs_and_the_weights_come_back():
    model, measured, after = make_model(use_ema=True), [], []

    def evaluate():
        measured.append([weight.numpy() for weight in model.trainable_variables])
        return {"accuracy": 0.25}

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            assert logs["dev_accuracy"] == 0.25 and "accuracy" not in logs
            averages = model.optimizer._model_variables_moving_average
            pairs = zip(model.trainable_variables, averages, strict=True)
            after.append([(raw.numpy(), average.numpy()) for raw, average in pairs])

    hooks = [DevEvaluation(evaluate), Look()]
    model.fit(X, X[:, :1], batch_size=8, epochs=2, verbose=0, callbacks=hooks)
    for weights, seen in zip(measured, after, strict=True):
        for weight, (raw, average) in zip(weights, seen, strict=True):
            np.testing.assert_array_equal(weight, average)
            assert np.any(raw != average)
