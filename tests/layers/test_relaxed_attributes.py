"""The relaxed attributes: laws of samples, rates and answers, and the gradient of a relaxation."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import (
    BernoulliAttributes,
    CategoricalAttributes,
    HardKumaraswamyAttributes,
)
from keras_vae_collapse.layers.relaxed_attributes import RelaxedAttributes
from keras_vae_collapse.schedules import ExponentialCooling

CLASSES = [CategoricalAttributes, BernoulliAttributes, HardKumaraswamyAttributes]
GROUPS = [[1, 2], [5, 3, 4]]
PRIOR = [0.0, 0.2, 0.3, 0.1, 0.45, 0.25, 0.0]
X = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")


def make(cls, **options):
    layer = cls(7, **{"groups": GROUPS, "prior": PRIOR, "seed": 1, **options})
    layer.build(X.shape)
    return layer


def some_parameters(layer, rows=6):
    rng = np.random.default_rng(2)
    return rng.normal(scale=1.5, size=(rows, layer.parameter_count)).astype("float32")


def probabilities(layer, parameters):
    """Of each value of each attribute, absence first, float64 `(batch, values)`; or of entries."""
    a = np.asarray(parameters, "float64")
    if isinstance(layer, CategoricalAttributes):
        parts = np.split(a, np.cumsum([1 + len(g) for g in GROUPS])[:-1], axis=1)
        return [np.exp(p) / np.exp(p).sum(1, keepdims=True) for p in parts]
    if isinstance(layer, BernoulliAttributes):
        q = 1 / (1 + np.exp(-a))
    else:
        a, b = np.split(np.minimum(0.05 + np.log1p(np.exp(a)), 50.0), 2, axis=1)
        q = (1 - 2.0**-a) ** b
    return [np.stack([1 - column, column], 1) for column in q.T]


def priors(layer):
    if isinstance(layer, CategoricalAttributes):
        return [np.array([1 - sum(PRIOR[m] for m in g), *(PRIOR[m] for m in g)]) for g in GROUPS]
    return [np.array([1 - PRIOR[m], PRIOR[m]]) for g in GROUPS for m in g]


@pytest.mark.parametrize("cls", CLASSES)
def test_training_begins_at_the_prior(cls):
    layer = make(cls)
    parameters = layer.parameters(X)
    np.testing.assert_allclose(layer.kl(parameters), 0.0, atol=1e-5)
    for q, p in zip(probabilities(layer, parameters), priors(layer), strict=True):
        np.testing.assert_allclose(q, np.broadcast_to(p, q.shape), rtol=1e-4)


@pytest.mark.parametrize("cls", CLASSES)
def test_the_kl_and_the_probability_of_a_condition_have_their_closed_forms(cls):
    layer = make(cls)
    parameters = some_parameters(layer)
    q, p = probabilities(layer, parameters), priors(layer)
    expected = sum((one * np.log(one / two)).sum(1) for one, two in zip(q, p, strict=True))
    np.testing.assert_allclose(layer.kl(parameters), expected, rtol=1e-4)
    condition = np.zeros((6, 7), "float32")
    condition[:, [2, 5]] = 1.0  # the second value of the first attribute, the first of the other
    values = [2, 1] if cls is CategoricalAttributes else [0, 1, 1, 0, 0]
    by_part = np.log([part[:, value] for part, value in zip(q, values, strict=True)])
    np.testing.assert_allclose(layer.log_prob(parameters, condition), by_part.sum(0), rtol=1e-4)
    by_attribute = layer.attribute_log_prob(parameters, condition)
    assert by_attribute.shape == (6, 2)
    np.testing.assert_allclose(tf.reduce_sum(by_attribute, -1), by_part.sum(0), rtol=1e-4)


@pytest.mark.parametrize("cls", CLASSES)
def test_samples_round_to_the_discrete_variable(cls):
    layer, draws = make(cls), 40_000
    parameters = some_parameters(layer, 1)
    samples = layer.sample(tf.repeat(parameters, draws, axis=0)).numpy()
    assert samples.shape == (draws, 7) and 0.0 <= samples.min() and samples.max() <= 1.0
    assert not samples[:, [0, 6]].any()
    q, column = probabilities(layer, parameters), 0
    for group in GROUPS:
        for place, entry in enumerate(group):
            if cls is CategoricalAttributes:
                # Its largest entry is the value; that of absence is what the others leave.
                of_group = samples[:, group]
                absent = 1.0 - of_group.sum(1)
                largest = np.argmax(np.column_stack([absent, of_group]), axis=1)
                found, expected = (largest == place + 1).mean(), q[column][0, place + 1]
            else:
                found, expected = (samples[:, entry] >= 0.5).mean(), q[column + place][0, 1]
            deviation = np.sqrt(expected * (1 - expected) / draws)
            assert abs(found - expected) < 5 * deviation + 1e-6, (entry, found, expected)
        column += 1 if cls is CategoricalAttributes else len(group)


def test_hard_samples_are_exactly_zero_and_one_as_often_as_the_law_says():
    layer, draws = make(HardKumaraswamyAttributes), 40_000
    parameters = some_parameters(layer, 1)
    samples = layer.sample(tf.repeat(parameters, draws, axis=0)).numpy()
    shapes = np.minimum(0.05 + np.log1p(np.exp(parameters.astype("float64"))), 50.0)
    a, b = np.split(shapes[0], 2)
    below = 1 - (1 - (0.1 / 1.2) ** a) ** b
    above = (1 - (1.1 / 1.2) ** a) ** b
    found = samples[:, layer.entries]
    for value, expected in ((0.0, below), (1.0, above)):
        deviation = np.sqrt(expected * (1 - expected) / draws)
        # Noise is cut at 1e-4.
        assert (abs((found == value).mean(0) - expected) < 5 * deviation + 2e-4).all()


@pytest.mark.parametrize("cls", CLASSES)
def test_the_answer_is_binary_with_one_value_of_an_attribute_and_the_likeliest_such(cls):
    layer = make(cls)
    parameters = some_parameters(layer, 40)
    answers = layer.mode(parameters).numpy()
    assert set(np.unique(answers)) == {0.0, 1.0}
    conditions = []
    for chosen in itertools.product(*([None, *group] for group in GROUPS)):
        if any(entry is not None for entry in chosen):
            conditions.append(np.isin(np.arange(7), [e for e in chosen if e is not None]))
    scores = [layer.log_prob(parameters, np.tile(c, (40, 1)).astype("f")) for c in conditions]
    best = np.argmax(scores, axis=0)
    np.testing.assert_array_equal(answers, np.array(conditions)[best])


def exact_bound(layer, parameters, reward):
    """The mean of a function of conditions under the discrete `q`, and its gradient."""
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        total = 0.0
        for chosen in itertools.product([None, 1, 2], [None, 5, 3, 4]):
            entries = [e for e in chosen if e is not None]
            condition = tf.constant([[float(m in entries) for m in range(7)]])
            total += tf.exp(layer.log_prob(parameters, condition)) * reward(condition)
        value = tf.reduce_sum(total)
    return float(value), tape.gradient(value, parameters).numpy()[0]


def test_at_a_low_temperature_value_and_gradient_are_those_of_the_sum_over_values():
    layer, blocks = make(CategoricalAttributes, temperature=0.02), 20
    parameters = tf.constant(some_parameters(layer, 1)) / 2.0
    costs = tf.constant(np.random.default_rng(3).normal(size=(7, 1)), tf.float32)

    def reward(condition):
        return tf.tanh(condition @ costs)[:, 0]

    value, gradient = exact_bound(layer, parameters, reward)
    found = []
    for _ in range(blocks):
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            mean = tf.reduce_mean(reward(layer.sample(tf.repeat(parameters, 10_000, axis=0))))
        found.append([mean, *tape.gradient(mean, parameters).numpy()[0]])
    expected, errors = np.array([value, *gradient]), np.std(found, axis=0) / np.sqrt(blocks)
    # The relaxation itself is off by about a quarter of the temperature.
    assert (np.abs(np.mean(found, axis=0) - expected) < 5 * errors + 0.01).all()
    assert np.abs(gradient).max() > 0.1 and errors.max() < 0.02


@pytest.mark.parametrize("cls", CLASSES)
def test_gradients_reach_the_inputs_and_are_finite_for_extreme_parameters(cls):
    layer = make(cls)
    parameters = tf.constant([[v] * layer.parameter_count for v in (-40.0, -5.0, 0.0, 5.0, 40.0)])
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        sample, kl = layer.sample(parameters), layer.kl(parameters)
        loss = tf.reduce_sum(sample) + tf.reduce_sum(kl)
        loss -= tf.reduce_sum(layer.log_prob(parameters, layer.mode(parameters)))
    assert np.isfinite(tape.gradient(loss, parameters)).all()
    with tf.GradientTape() as tape:
        x = tf.constant(X)
        tape.watch(x)
        layer.output_layer.kernel.assign(tf.ones_like(layer.output_layer.kernel) * 0.1)
        loss = tf.reduce_sum(layer(x, training=True)[:, 1])
    assert np.abs(tape.gradient(loss, x)).max() > 0.0


def test_the_temperature_follows_its_schedule_and_can_be_assigned():
    cold = make(CategoricalAttributes, temperature=ExponentialCooling(50.0, 2.0, threshold=0.01))
    parameters = some_parameters(cold, 500)

    def sharpness():
        return cold.sample(parameters).numpy().max(1).mean()

    first = sharpness()
    assert sharpness() > first + 0.1  # the second draw has the temperature 0.01
    layer = make(CategoricalAttributes, temperature=2.0)
    layer.temperature = 0.01
    assert layer.sample(parameters).numpy().max(1).mean() > first + 0.1
    assert layer.get_config()["temperature"] == 0.01


def test_a_call_adds_the_mean_kl_and_logs_it():
    layer = make(CategoricalAttributes)
    layer.output_layer.bias.assign(some_parameters(layer, 1)[0])
    layer(X, training=True)
    kl = layer.kl(layer.parameters(X))
    assert float(layer.losses[0]) == pytest.approx(float(tf.reduce_mean(kl)), rel=1e-5)
    assert float(layer.rate_tracker.result()) == pytest.approx(float(layer.losses[0]), rel=1e-5)


def test_without_a_prior_all_values_are_alike():
    assert make(BernoulliAttributes, prior=None).prior == pytest.approx(
        (0.0, 1 / 3, 1 / 3, 1 / 4, 1 / 4, 1 / 4, 0.0)
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": []}, "`groups` must hold groups of entries"),
        ({"groups": [[1], []]}, "`groups` must hold groups of entries"),
        ({"groups": [[1, 2], [2]]}, "each once"),
        ({"groups": [[7]]}, "below condition_size=7"),
        ({"prior": [0.1]}, "`prior` must have condition_size=7 probabilities. Received: 1"),
        ({"prior": [0.0, 0.5, 0.5, 0.1, 0.1, 0.1, 0.0]}, "a probability. Received"),
        ({"prior": [0.0, 0.0, 0.5, 0.1, 0.1, 0.1, 0.0]}, "a probability. Received"),
        ({"prior": [2.0] * 7}, r"`prior` must be a finite number in \[0, 1\]"),
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"seed": -1}, "`seed` must be an integer of at least 0"),
        ({"dropout": 1.5}, "`dropout` must be"),
        ({"temperature": 0.0}, "`temperature` must be"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        make(CategoricalAttributes, **options)


def test_a_subclass_that_lacks_something_says_what():
    class Unfinished(RelaxedAttributes):
        pass

    with pytest.raises(NotImplementedError, match="must override `parameter_count`"):
        Unfinished(7, GROUPS)


def test_conditions_have_an_entry_at_least():
    with pytest.raises(ValueError, match="`condition_size` must be an integer of at least 1"):
        CategoricalAttributes(0, [[0]])


def test_inputs_of_another_rank_are_named():
    with pytest.raises(ValueError, match=r"`inputs` must have shape \(batch, input_dim\)"):
        CategoricalAttributes(7, GROUPS)(X[:, None])


def test_shapes_start_where_a_gradient_is_left_however_sure_the_prior_is():
    prior = [0.0, 1 - 1e-6, 1e-20, 1e-3, 1e-3, 1e-3, 0.0]
    layer = make(HardKumaraswamyAttributes, groups=[[1], [2]], prior=prior)
    parameters = tf.constant([layer.initial_bias()])
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        rate = layer.kl(parameters)
    gradient = np.abs(tape.gradient(rate, parameters)[0])
    assert np.isfinite(gradient).all() and (gradient[2:] > 0.0).all()
