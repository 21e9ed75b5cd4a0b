"""Several rate terms in a model, and several calls of one term in a batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from rate_term_cases import TERMS, kl_float64, normal, standard_normal

from keras_vae_collapse.layers import BatchNormGaussianLatent, GaussianLatent
from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, MDRConstraint, SoftFreeBitsKL
from keras_vae_collapse.schedules import LinearAnnealing

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 4)).astype("float32")
LOCS = RNG.normal(size=(2, 12, 4))
SCALES = RNG.uniform(0.3, 2.0, size=(2, 12, 4))


class Twice(keras.layers.Layer):
    """Calls a term for two halves of a posterior, in one call of its own."""

    def __init__(self, term):
        super().__init__()
        self.term = term

    def call(self, loc, scale, training=None):
        for part in (slice(0, 2), slice(2, 4)):
            q = normal(0.0, 1.0).copy(loc=loc[:, part], scale=scale[:, part])
            self.add_loss(self.term(posterior=q, prior=standard_normal(), training=training))
        return loc


@pytest.mark.parametrize("name", [name for name in TERMS if name != "ha_bits"])
@pytest.mark.parametrize("compiled", [False, True])
def test_two_calls_in_a_batch_are_as_one_of_all_dimensions(name, compiled):
    twice, once = Twice(TERMS[name]()), TERMS[name]()

    def call(loc, scale):
        twice(loc, scale, training=True)
        return tf.add_n(twice.losses)

    step = tf.function(call) if compiled else call
    for loc, scale in zip(LOCS, SCALES, strict=True):
        found = step(tf.constant(loc, tf.float32), tf.constant(scale, tf.float32))
        expected = once(posterior=normal(loc, scale), prior=standard_normal(), training=True)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    for found, expected in zip(twice.term.weights, once.weights, strict=True):
        if found.name != "noise_step":
            np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=found.name)
    for key, figure in once.trackers.items():
        found = twice.term.trackers[key].result()
        np.testing.assert_allclose(found, figure.result(), rtol=1e-5, atol=1e-6, err_msg=key)


def test_a_gradient_is_that_of_the_sum():
    loc, scale = (tf.constant(values[0], tf.float32) for values in (LOCS, SCALES))
    twice, once = Twice(MDRConstraint(9.0)), MDRConstraint(9.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(loc)
        twice(loc, scale, training=True)
        sum_of_two = tf.add_n(twice.losses)
        q = normal(0.0, 1.0).copy(loc=loc, scale=scale)
        one = once(posterior=q, prior=standard_normal(), training=True)
    np.testing.assert_allclose(tape.gradient(sum_of_two, loc), tape.gradient(one, loc), rtol=1e-5)
    np.testing.assert_allclose(
        tape.gradient(sum_of_two, twice.term.raw_multiplier.value),
        tape.gradient(one, once.raw_multiplier.value),
        rtol=1e-5,
    )


def test_calls_of_a_batch_share_their_sample_weight():
    class Differently(Twice):
        def call(self, loc):
            q = normal(LOCS[0], SCALES[0])
            for weight in (np.ones(12), np.zeros(12)):
                self.term(posterior=q, prior=standard_normal(), sample_weight=weight)
            return loc

    with pytest.raises(ValueError, match="the same `sample_weight` each time"):
        Differently(KLDivergence())(X)


def two_latents(terms, **options):
    inputs = keras.Input((4,))
    parts = [
        GaussianLatent(2 + i, rate_term=term, initial_scale=0.2, seed=i)(inputs)
        for i, term in enumerate(terms)
    ]
    model = keras.Model(inputs, keras.layers.Dense(4)(keras.layers.Concatenate()(parts)))
    model.compile(keras.optimizers.SGD(1e-3), "mse", **options)
    return model


@pytest.mark.parametrize(
    "options", [{}, {"run_eagerly": True}, {"jit_compile": True}, {"steps_per_execution": 2}]
)
def test_terms_of_one_model_log_under_names_of_their_own(options):
    terms = KLDivergence(0.5, name="top"), MDRConstraint(30.0, name="bottom")
    model = two_latents(terms, **options)
    logs = model.fit(X, X, batch_size=4, verbose=0, validation_data=(X, X)).history
    own = {"top_rate", "top_penalty", "top_kl_weight"}
    own |= {"bottom_rate", "bottom_penalty", "bottom_multiplier", "bottom_gap"}
    assert own < logs.keys() and "rate" not in logs
    np.testing.assert_allclose(logs["top_penalty"], [0.5 * logs["top_rate"][0]], rtol=1e-5)
    excess = sum(logs[f"val_{n}_penalty"][0] - logs[f"val_{n}_rate"][0] for n in ("top", "bottom"))
    np.testing.assert_allclose(
        logs["val_negative_elbo"][0], logs["val_loss"][0] - excess, rtol=1e-5
    )


def test_terms_of_one_name_are_told_apart():
    logs = two_latents([KLDivergence(name="kl") for _ in range(2)]).evaluate(
        X, X, verbose=0, return_dict=True
    )
    assert {"kl_rate", "kl_1_rate"} < logs.keys()


def test_a_training_step_of_ones_own_that_calls_two_models():
    class Own(keras.Model):
        def __init__(self, latents):
            super().__init__()
            self.latents = latents

        def train_step(self, data):
            for latent in self.latents:
                latent(data, training=True)
            return self.get_metrics_result()

    term = KLDivergence(LinearAnnealing(0.1))
    shared = Own([GaussianLatent(2, rate_term=term, initial_scale=0.1) for _ in range(2)])
    shared.compile("sgd")
    logs = shared.fit(X, batch_size=4, verbose=0).history
    assert int(term.step) == 3  # batches
    separate = Own([GaussianLatent(2, rate_term=KLDivergence(name=n)) for n in ("a", "b")])
    separate.compile("sgd")
    assert {"a_rate", "b_rate"} <= separate.fit(X, verbose=0).history.keys()
    assert logs["rate"][0] > 2 * kl_float64(np.zeros(2), np.full(2, 0.1)).sum()  # sum over both


def test_one_latent_for_two_inputs_moves_a_schedule_once_a_batch():
    term = KLDivergence(LinearAnnealing(0.1))
    latent, inputs = GaussianLatent(2, rate_term=term, initial_scale=0.1), keras.Input((4,))
    model = keras.Model(inputs, latent(inputs) - latent(inputs * 2.0))
    model.compile("sgd")
    logs = model.fit(X, batch_size=4, epochs=2, verbose=0).history
    assert int(term.step) == 6
    np.testing.assert_allclose(logs["kl_weight"], [0.1, 0.4], rtol=1e-6)


def test_the_negative_elbo_does_not_rise_with_the_weight():
    term = KLDivergence(LinearAnnealing(0.2))
    inputs = keras.Input((4,))
    model = keras.Model(
        inputs, keras.layers.Dense(4)(GaussianLatent(2, rate_term=term, initial_scale=0.1)(inputs))
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", patience=9, mode="min")
    logs = model.fit(
        X, X, epochs=3, verbose=0, validation_data=(X[:5], X[:5]), callbacks=[stopping]
    ).history
    np.testing.assert_allclose(stopping.best, logs["val_negative_elbo"][0], rtol=1e-5)
    assert np.all(np.diff(logs["val_loss"]) > 0.5)
    np.testing.assert_allclose(logs["val_negative_elbo"], logs["val_negative_elbo"][0], rtol=1e-5)
    mse = np.mean((model.predict(X[:5], verbose=0) - X[:5]) ** 2)
    np.testing.assert_allclose(logs["val_negative_elbo"], mse + logs["val_rate"][0], rtol=1e-5)


def test_the_negative_elbo_is_the_mean_over_all_examples_of_unequal_batches():
    inputs, term = keras.Input((4,)), KLDivergence(0.25)
    latent = GaussianLatent(2, rate_term=term, initial_scale=0.1)
    model = keras.Model(inputs, keras.layers.Dense(4)(latent(inputs)))
    model.compile("sgd", "mse")
    x = X * np.linspace(0.1, 3.0, 12)[:, None]  # the rates of the batches differ
    logs = model.evaluate(x, x, batch_size=8, verbose=0, return_dict=True)
    loc, scale = latent.parameters(x)
    rate = kl_float64(loc, scale).sum(-1).mean()
    mse = np.mean((model.predict(x, verbose=0) - x) ** 2)
    np.testing.assert_allclose(logs["penalty"], 0.25 * rate, rtol=1e-5)
    np.testing.assert_allclose(logs["negative_elbo"], mse + rate, rtol=1e-5)


def test_no_negative_elbo_where_the_model_adds_up_its_own_loss():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.latent = GaussianLatent(2, rate_term=KLDivergence())

        def call(self, x):
            return self.latent(x)

        def test_step(self, data):
            self(data, training=False)
            return self.get_metrics_result()

    model = Own()
    model.compile("sgd")
    assert "negative_elbo" not in model.evaluate(X, verbose=0, return_dict=True)


STATE = {KLDivergence: "step", SoftFreeBitsKL: "gamma", MDRConstraint: "raw_multiplier"}
TERMS_OF_FILES = (
    lambda: KLDivergence(LinearAnnealing(0.1)),
    lambda: SoftFreeBitsKL(2.0),
    lambda: MDRConstraint(2.0),
    lambda: FreeBitsKL(0.1),
    lambda: None,
)


def one_latent(term):
    inputs = keras.Input((4,))
    z = GaussianLatent(2, rate_term=term, name="latent")(keras.layers.Dense(3, name="h")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(4, name="output")(z))
    model.compile("sgd", "mse")
    return model


def test_weights_of_a_model_with_another_rate_term_load_and_the_term_starts_afresh(tmp_path):
    for i, make in enumerate(TERMS_OF_FILES):
        saved = one_latent(make())
        saved.fit(X, X, batch_size=4, verbose=0)
        saved.save_weights(tmp_path / f"{i}.weights.h5")
        for j, other in enumerate(TERMS_OF_FILES):
            term = other()
            loaded = one_latent(term)
            before = [] if term is None else [w.numpy() for w in term.weights]
            loaded.load_weights(tmp_path / f"{i}.weights.h5")
            np.testing.assert_array_equal(loaded.get_layer("h").kernel, saved.get_layer("h").kernel)
            if term is None:
                continue
            after = [w.numpy() for w in term.weights]
            expected = saved.get_layer("latent").rate_term.weights if i == j else before
            np.testing.assert_array_equal(after, [np.asarray(e) for e in expected])


def test_a_line_says_what_starts_afresh(tmp_path, caplog):
    one_latent(KLDivergence()).save_weights(tmp_path / "a.weights.h5")
    one_latent(SoftFreeBitsKL(2.0)).load_weights(tmp_path / "a.weights.h5")
    (record,) = caplog.records
    assert "SoftFreeBitsKL" in record.getMessage() and "its gamma" in record.getMessage()


def test_a_line_says_that_a_term_of_another_latent_starts_afresh(tmp_path, caplog):
    def model(latent):
        inputs = keras.Input((4,))
        return keras.Model(inputs, latent(2, rate_term=MDRConstraint(2.0))(inputs))

    model(GaussianLatent).save_weights(tmp_path / "a.weights.h5")
    model(BatchNormGaussianLatent).load_weights(tmp_path / "a.weights.h5")
    about_the_term = [line for line in caplog.messages if line.startswith("MDRConstraint")]
    assert len(about_the_term) == 1 and "starts afresh" in about_the_term[0]


def test_a_file_by_position_loads_where_its_layout_is_the_same():
    term = SoftFreeBitsKL(2.0)
    term.load_own_variables({"0": np.int64(7), "1": np.float16(0.25)})
    assert float(term.gamma) == 0.25
    term.load_own_variables({"0": np.int64(7), "1": np.int64(9)})  # of KLDivergence
    assert float(term.gamma) == 0.25
