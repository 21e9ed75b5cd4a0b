"""What `explain` takes, and which rows it looks at."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.diagnostics import explain, explaining


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize(
    ("x", "shapes"),
    [
        (np.zeros((1, 2)), r"\[\(1, 2\)\]"),
        (np.float32(3.0), r"\[\(\)\]"),
        ([np.zeros((4, 2)), np.float32(3.0)], r"\[\(4, 2\), \(\)\]"),
        ([], r"\[\]"),
    ],
)
def test_fewer_than_two_examples_are_refused_with_their_shapes(model, x, shapes):
    with pytest.raises(ValueError, match=f"at least two examples .*{shapes}"):
        explain(model, x)


def test_a_negative_seed_and_what_is_no_model_are_named(model):
    with pytest.raises(ValueError, match="seed.*-1"):
        explain(model, np.zeros((4, 2)), seed=-1)
    with pytest.raises(ValueError, match="compiled Keras model.*Received: 3"):
        explain(3, np.zeros((4, 2)))


@pytest.mark.parametrize(
    ("rows", "looked_at"), [(2, 2), (40, 40), (64, 64), (70, 64), (130, 128), (600, 512)]
)
def test_whole_passes_of_64_rows_are_looked_at_drawn_by_the_seed(
    monkeypatch, model, rows, looked_at
):
    seen = []
    monkeypatch.setattr(explaining, "find_sites", lambda model, data, rows: seen.append(rows))
    monkeypatch.setattr(explaining, "measure", lambda passes, rows, seed: (rows, passes.data))
    monkeypatch.setattr(explaining, "of_model", lambda found, passes, rows, seed: found)
    x = np.zeros((rows, 2))
    chosen, data = explain(model, x, seed=1)
    assert len(chosen) == looked_at and len(seen[0]) == min(64, rows)
    assert chosen.tolist() == sorted(set(chosen.tolist())) and chosen.max() < rows
    assert data[0] is x and data[1] is x
    again, other = (explain(model, x, seed=seed)[0] for seed in (1, 2))
    assert again.tolist() == chosen.tolist()
    assert (other.tolist() != chosen.tolist()) is (looked_at < rows)
    y = np.ones((rows, 2))
    assert explain(model, x, y)[1][1] is y


def test_a_training_step_that_takes_inputs_alone_is_given_no_targets(monkeypatch):
    class OfInputs(keras.Model):
        def __init__(self, pairs):
            super().__init__()
            self.pairs, self.layer = pairs, keras.layers.Dense(2)

        def call(self, x):
            return self.layer(x)

        def train_step(self, data):
            import tensorflow as tf

            if self.pairs:
                _, data = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(data) - data) ** 2)
            tape.gradient(loss, self.trainable_variables)
            return {"loss": loss}

    monkeypatch.setattr(explaining, "find_sites", lambda *args: [])
    monkeypatch.setattr(explaining, "measure", lambda passes, rows, seed: passes.data)
    monkeypatch.setattr(explaining, "of_model", lambda found, *args: found)
    x = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    for pairs in (False, True):
        model = OfInputs(pairs)
        model.compile("adam")
        model(x)
        found_x, found_y = explain(model, x)
        assert found_x is x and (found_y is x if pairs else found_y is None)
