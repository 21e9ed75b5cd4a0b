import keras
import pytest

from keras_vae_collapse.callbacks import AggressiveEncoder


@pytest.mark.parametrize(
    ("previous", "now", "aggressive"),
    [(None, 1.0, True), (1.0, 2.0, True), (1.0, 1.0, True), (1.0, 0.9, False)],
)
def test_only_a_fall_of_the_mutual_information_ends_it(previous, now, aggressive):
    callback = AggressiveEncoder([keras.layers.Dense(1)])
    callback.state = {"aggressive": True, "previous": previous}
    callback.on_epoch_end(3, {"dev_mutual_information": now})
    assert callback.state == {"aggressive": aggressive, "previous": now}
