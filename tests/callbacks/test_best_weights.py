import keras
import numpy as np
import pytest
from small_model import Score, X, make_model

from keras_vae_collapse.callbacks import BestWeights


def after(scores, patience=99, **options):
    """The callback after epochs with given scores, each with all weights at its number."""
    model = make_model()
    model.stop_training = False
    best = BestWeights("dev_accuracy", patience, **options)
    best.set_model(model)
    for epoch, logs in enumerate(scores):
        for weight in model.trainable_weights:
            weight.assign(np.full(weight.shape, epoch + 1.0))
        best.on_epoch_begin(epoch)
        best.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    return best, epoch + 1


def weights_of(best):
    best.restore()
    return {float(np.unique(w.numpy())[0]) for w in best.model.trainable_weights}


def test_the_best_epoch_is_kept_and_restored():
    best, _ = after([{"dev_accuracy": a} for a in (0.1, 0.5, 0.3)])
    assert best.state["best_epoch"] == 2
    assert weights_of(best) == {2.0}


def test_the_first_of_equal_epochs_is_kept():
    best, _ = after([{"dev_accuracy": 0.5}] * 3)
    assert weights_of(best) == {1.0}


def test_a_tie_is_decided_by_the_smaller_of_the_second_figure():
    rows = [{"dev_accuracy": 0.0, "dev_distance": d} for d in (4.0, 2.0, 3.0)]
    assert weights_of(after(rows)[0]) == {1.0}
    assert weights_of(after(rows, tie_break="dev_distance")[0]) == {2.0}
    rows.append({"dev_accuracy": 0.1, "dev_distance": 9.0})
    assert weights_of(after(rows, tie_break="dev_distance")[0]) == {4.0}


def test_epochs_before_the_first_that_counts_are_left_out():
    rows = [{"dev_accuracy": a} for a in (0.9, 0.8, 0.1, 0.2)]
    assert weights_of(after(rows, start_epoch=2)[0]) == {4.0}
    best, ended = after([{"dev_accuracy": 0.5}] * 6, patience=2, start_epoch=3)
    assert best.state["best_epoch"] == 4 and ended == 6


def test_a_further_fit_goes_on_with_the_count_of_epochs_and_waits_anew():
    best, _ = after([{"dev_accuracy": a} for a in (0.9, 0.5, 0.4)], patience=1, start_epoch=1)
    assert best.state["best_epoch"] == 2 and best.model.stop_training
    best.on_train_begin()
    assert best.state == {"best": [0.5, 0.0], "best_epoch": 2, "waited": 0, "risen": 0.5}
    best.on_epoch_end(0, {"dev_accuracy": 0.8})
    assert best.state["best_epoch"] == 4


@pytest.mark.parametrize("patience", [1, 3])
def test_training_ends_after_patience_epochs_without_improvement(patience):
    scores = [{"dev_accuracy": a} for a in (0.1, 0.5, *[0.4] * 10)]
    assert after(scores, patience)[1] == 2 + patience


def test_a_small_rise_is_kept_but_gives_no_further_patience():
    # Rises of 0.06 each, of which every second together makes the 0.1 that counts.
    steady = [{"dev_accuracy": 0.06 * n} for n in range(9)]
    assert after(steady, patience=2, min_delta=0.1)[1] == 9
    best, ended = after(steady, patience=1, min_delta=0.1)
    assert ended == 2 and best.state["best_epoch"] == 2 and weights_of(best) == {2.0}
    assert best.state["risen"] == 0.0
    slow = [{"dev_accuracy": a} for a in (0.1, 0.2, 0.25, 0.29, 0.299, 0.4)]
    best, ended = after(slow, patience=3, min_delta=0.1)
    assert ended == 5 and best.state["best_epoch"] == 5


def test_a_state_from_before_there_was_a_least_rise_goes_on_from_its_best():
    best, _ = after([{"dev_accuracy": 0.5}], patience=1, min_delta=0.1)
    best.state = {"best": [0.5, 0.0], "best_epoch": 1, "waited": 0}
    best.on_epoch_end(1, {"dev_accuracy": 0.61})
    assert best.state == {"best": [0.61, 0.0], "best_epoch": 2, "waited": 0, "risen": 0.61}


def test_epochs_of_a_schedule_use_up_no_patience_but_their_weights_are_kept():
    scores = [{"dev_accuracy": a} for a in (0.9, 0.8, 0.1, 0.2, 0.3, 0.4, 0.5)]
    began = iter(range(len(scores)))
    best, ended = after(scores, patience=2, settled=lambda: next(began) >= 4)
    assert ended == 6 and best.state["best_epoch"] == 1 and weights_of(best) == {1.0}
    assert best.state["risen"] == 0.9
    assert after(scores, patience=2)[1] == 3


def test_an_epoch_without_the_figure_does_not_count():
    best, last = after([{"dev_accuracy": 0.5}, {}, {}, {"loss": 1.0}], patience=1)
    assert last == 4 and best.state["waited"] == 0


def test_without_any_figure_the_weights_stay():
    best, _ = after([{}, {}])
    assert weights_of(best) == {2.0}


def test_the_averaged_weights_are_kept_where_the_optimizer_averages():
    model = make_model(use_ema=True)
    best = BestWeights("dev_accuracy", patience=99)

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.raw = self.model.layers[-1].kernel.numpy()
            self.average = self.model.optimizer._model_variables_moving_average[0].numpy()

    look = Look()
    model.fit(X, X[:, :1], batch_size=8, verbose=0, callbacks=[Score([1.0]), best, look])
    best.restore()
    kernel = model.layers[-1].kernel.numpy()
    np.testing.assert_array_equal(kernel, look.average)
    assert not np.array_equal(kernel, look.raw)
