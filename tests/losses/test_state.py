"""What all rate terms share: configuration, saving, resuming, tracing and compiling."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from rate_term_cases import (
    TERMS,
    compiled_model,
    features,
    normal,
    standard_normal,
    summary,
)

from keras_vae_collapse import losses


def posterior(seed=0):
    rng = np.random.default_rng(seed)
    return normal(rng.normal(size=(8, 4)), rng.uniform(0.2, 2.0, size=(8, 4)))


def test_every_public_term_is_among_the_cases():
    classes = {type(factory()).__name__ for factory in TERMS.values()}
    assert classes == set(losses.__all__) - {"RateTerm"}


@pytest.mark.parametrize("name", TERMS)
def test_config_round_trip_gives_an_equal_term(name):
    term = TERMS[name]()
    config = keras.saving.serialize_keras_object(term)
    copy = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(copy) == config
    for _ in range(3):
        assert copy(posterior=posterior(), prior=standard_normal(), training=True) == term(
            posterior=posterior(), prior=standard_normal(), training=True
        )


@pytest.mark.parametrize("name", TERMS)
def test_evaluation_moves_no_state(name):
    term = TERMS[name]()
    before = [w.numpy() for w in term.weights]
    for training in (None, False):
        term(posterior=posterior(), prior=standard_normal(), training=training)
    assert [w.numpy() for w in term.weights] == before


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", TERMS)
def test_a_traced_term_gives_what_an_eager_one_gives(name, jit_compile):
    eager, traced = TERMS[name](), TERMS[name]()
    q = posterior()

    @tf.function(jit_compile=jit_compile)
    def call(loc, scale):
        return traced(
            posterior=normal(0.0, 1.0).copy(loc=loc, scale=scale),
            prior=standard_normal(),
            training=True,
        )

    for _ in range(3):
        expected = eager(posterior=q, prior=standard_normal(), training=True)
        np.testing.assert_allclose(call(q.loc, q.scale), expected, rtol=1e-5)
    for a, b in zip(traced.weights, eager.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5)


def test_state_survives_save_and_load_and_training_goes_on_as_if_uninterrupted(tmp_path):
    x = features(16)
    model = compiled_model("adam", run_eagerly=True)
    model.fit(x, batch_size=4, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = True
    for name, saved in summary(model).items():
        assert summary(loaded)[name]["state"] == saved["state"], name
    assert summary(model)["kl_annealed"]["state"] == {"step": 4.0}

    model.fit(x, batch_size=8, shuffle=False, verbose=0)
    loaded.fit(x, batch_size=8, shuffle=False, verbose=0)
    # A parallel matrix product may round the last bit either way; Adam steps are 0.01.
    for a, b in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)


def test_fit_logs_what_a_user_must_watch():
    class OneTerm(keras.Model):
        def __init__(self, term):
            super().__init__()
            self.term, self.dense = term, keras.layers.Dense(4)

        def call(self, x, training=None):
            z = self.dense(x)
            self.add_loss(
                self.term(
                    posterior=normal(0.0, 1.0).copy(loc=z, scale=tf.ones_like(z)),
                    prior=standard_normal(),
                    training=training,
                )
            )
            return z

    watched = {
        losses.KLDivergence: {"kl_weight"},
        losses.FreeBitsKL: {"active_groups"},
        losses.SoftFreeBitsKL: {"kl_weight", "gap"},
        losses.MDRConstraint: {"multiplier", "gap"},
        losses.TargetRate: {"target", "gap"},
        losses.ControlVAEKL: {"kl_weight", "gap"},
    }
    x, y = features(8), features(8)[:, :4]
    for cls, names in watched.items():
        model = OneTerm(cls() if cls is losses.KLDivergence else cls(2.0))
        model.compile("sgd", "mse", run_eagerly=True)
        logs = model.fit(x, y, validation_data=(x, y), verbose=0).history
        names = names | {"rate", "penalty"}
        assert names | {f"val_{name}" for name in names} <= logs.keys(), cls
