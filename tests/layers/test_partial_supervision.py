"""PartialSupervision: its loss, its weights, its conditions."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import CategoricalAttributes, PartialSupervision
from keras_vae_collapse.schedules import LinearAnnealing

LABELLED = np.array([1, 0, 1, 0, 1], "float32")
CONDITION = np.array([[0, 1, 0], [9, 9, 9], [0, 0, 1], [0, 0, 0], [0, 0, 0]], "float32")
ENCODED = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def make(**options):
    attributes = CategoricalAttributes(3, [[1, 2]], prior=[0, 0.2, 0.5], units=6, seed=1)
    layer = PartialSupervision(attributes, **options)
    layer(CONDITION, LABELLED, ENCODED)
    rng = np.random.default_rng(1)
    attributes.output_layer.set_weights([rng.normal(size=(6, 3)), rng.normal(size=3)])
    return layer


def test_the_loss_is_the_weighted_mean_of_both_kinds_of_examples():
    layer = make(weight=0.5, classifier_weight=2.0, attribute_weight=3.0)
    for tracker in (layer.classifier_tracker, layer.attributes.rate_tracker):
        tracker.reset_state()
    layer(CONDITION, LABELLED, ENCODED)
    a = layer.attributes.parameters(ENCODED).numpy().astype("float64")
    log_q = a - np.log(np.exp(a).sum(1, keepdims=True))
    log_p = np.log([0.3, 0.2, 0.5])
    kl = (np.exp(log_q) * (log_q - log_p)).sum(1)
    nll = -log_q[[0, 2], [1, 2]]
    # Three labelled and two unlabelled examples; the last one's empty condition says nothing.
    expected = (2.0 * nll.sum() + 3.0 * 0.5 * kl[[1, 3]].sum()) / (3 + 0.5 * 2)
    assert float(sum(layer.losses)) == pytest.approx(expected, rel=1e-5)
    assert float(layer.classifier_tracker.result()) == pytest.approx(nll.mean(), rel=1e-5)
    rate = layer.attributes.rate_tracker.result()
    assert float(rate) == pytest.approx(kl[[1, 3]].mean(), rel=1e-5)
    names = [metric.name for metric in layer.metrics]
    assert sorted(names) == ["attribute_rate", "classifier_nats"]


def test_known_conditions_stay_and_unknown_ones_are_guessed():
    layer = make()
    for training in (False, True):
        found = layer(CONDITION, LABELLED, ENCODED, training=training).numpy()
        known = LABELLED > 0
        np.testing.assert_array_equal(found[known], CONDITION[known])
        assert not found[:, 0].any() and (found[~known].sum(1) > 0).all()
        is_binary = np.isin(found[~known], (0.0, 1.0)).all()
        assert is_binary != training


def test_without_attributes_the_guess_is_no_entry_and_nothing_is_added():
    layer = PartialSupervision(weight=0.5)
    found = layer(CONDITION, LABELLED, ENCODED, training=True)
    np.testing.assert_array_equal(found, np.where(LABELLED[:, None] > 0, CONDITION, 0.0))
    assert not layer.losses
    np.testing.assert_allclose(layer.example_weights(LABELLED), [1.25, 0.625, 1.25, 0.625, 1.25])


@pytest.mark.parametrize("attributes", [True, False])
def test_guesses_are_marked_where_an_entry_is_named(attributes):
    layer = make(guessed_entry=0) if attributes else PartialSupervision(guessed_entry=0)
    plain = make() if attributes else PartialSupervision()
    for training in (False, True):
        found = layer(CONDITION, LABELLED, ENCODED, training=training).numpy()
        np.testing.assert_array_equal(found[LABELLED > 0], CONDITION[LABELLED > 0])
        np.testing.assert_array_equal(found[LABELLED == 0][:, 0], [1.0, 1.0])
        assert not plain(CONDITION, LABELLED, ENCODED, training=training).numpy()[1::2, 0].any()


def test_the_weight_follows_its_schedule_in_training_steps_alone():
    layer = make(weight=LinearAnnealing(0.25, threshold=0.5))
    step = tf.function(lambda: layer(CONDITION, LABELLED, ENCODED, training=True))
    share = []
    for _ in range(4):
        weights = layer.example_weights(LABELLED).numpy()
        share.append(weights[1] / weights[0])
        assert weights.mean() == pytest.approx(1.0, rel=1e-6)
        step()
        layer(CONDITION, LABELLED, ENCODED, training=False)
    np.testing.assert_allclose(share, [0.0, 0.25, 0.5, 0.5], atol=1e-6)


def test_a_weight_of_zero_leaves_the_labelled_examples_alone():
    weights = make(weight=0.0).example_weights(LABELLED)
    np.testing.assert_allclose(weights, LABELLED * 5 / 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": -1.0}, r"`weight` must be .* in \[0, inf\)"),
        ({"classifier_weight": -1.0}, r"`classifier_weight` must be .* in \[0, inf\)"),
        ({"attribute_weight": -1.0}, r"`attribute_weight` must be .* in \[0, inf\)"),
        ({"attributes": 3}, "`attributes` must be a Keras layer or None"),
        ({"guessed_entry": -1}, "`guessed_entry` must be an integer of at least 0"),
        (
            {"attributes": CategoricalAttributes(3, [[1, 2]]), "guessed_entry": 2},
            "`guessed_entry` must be an entry of no attribute. Received: guessed_entry=2",
        ),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        PartialSupervision(**options)


def test_conditions_of_another_size_are_refused():
    layer = PartialSupervision(CategoricalAttributes(4, [[1, 2]]))
    with pytest.raises(ValueError, match="condition_size=4 entries"):
        layer(CONDITION, LABELLED, ENCODED)


@pytest.mark.parametrize(
    ("condition", "encoded", "message"),
    [
        (CONDITION[:, 0], ENCODED, r"`condition` must have shape \(batch, M\)"),
        (CONDITION, ENCODED[:, 0], r"`encoded` must have shape \(batch, d\)"),
    ],
)
def test_other_shapes_are_refused(condition, encoded, message):
    with pytest.raises(ValueError, match=message):
        PartialSupervision()(condition, LABELLED, encoded)
