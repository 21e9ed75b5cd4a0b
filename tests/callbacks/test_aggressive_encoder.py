import logging

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


def test_steps_and_groups_are_those_of_the_authors_by_default():
    callback = AggressiveEncoder([keras.layers.Dense(1)])
    assert (callback.max_steps, callback.check_every) == (100, 15)
    for name in ("max_steps", "check_every"):
        assert getattr(AggressiveEncoder([keras.layers.Dense(1)], **{name: 1}), name) == 1
        with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1"):
            AggressiveEncoder([keras.layers.Dense(1)], **{name: 0})


def test_the_line_that_ends_it_names_the_epoch_from_which_both_are_trained(caplog):
    callback = AggressiveEncoder([keras.layers.Dense(1)])
    with caplog.at_level(logging.INFO):
        callback.on_epoch_end(0, {"dev_mutual_information": 2.0})
        assert not caplog.messages
        callback.on_epoch_end(1, {"dev_mutual_information": 1.5})
        callback.on_epoch_end(2, {})  # it is over
    assert caplog.messages == [
        "the mutual information fell from 2.00 to 1.50 nats: from epoch 3 on every step trains "
        "encoder and decoder"
    ]
