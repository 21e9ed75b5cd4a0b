"""The bound of words without features, and the analysis of words."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from noise import switch_noise_off

from keras_vae_collapse.layers import (
    CategoricalAttributes,
    GaussianLatent,
    GRUDecoder,
    GRUEncoder,
    HardKumaraswamyAttributes,
    PartialSupervision,
)
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.tasks.reinflection import (
    Example,
    SemiSupervisedVAE,
    Vocabulary,
    encode_examples,
)
from keras_vae_collapse.tasks.reinflection.endpoints import string_endpoints
from keras_vae_collapse.tasks.reinflection.feature_attributes import (
    attribute_groups,
    feature_prior,
)

PAIRS = [
    Example("evler", "pos=N,num=SG,case=ABL", "evden"),
    Example("evden", "pos=N,num=PL", "evler"),
    Example("elden", "pos=N,num=PL", "eller"),
    Example("ver", "pos=V", "verdi"),
]
VOCABULARY = Vocabulary.from_examples(PAIRS)
GROUPS = attribute_groups(VOCABULARY, PAIRS)
SIZE = VOCABULARY.feature_size


def make(attributes=CategoricalAttributes, vocabulary=VOCABULARY, pairs=PAIRS, **options):
    keras.utils.set_random_seed(1)
    groups = attribute_groups(vocabulary, pairs)
    prior = feature_prior(vocabulary, pairs, groups)
    guess = attributes(vocabulary.feature_size, groups, prior, units=8, seed=3, **options)
    return SemiSupervisedVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=6, embedding_dim=4),
        latent=GaussianLatent(3, rate_term=KLDivergence(), seed=2, initial_scale=0.1),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(6), 4, condition_dim=4),
        supervision=PartialSupervision(guess),
    )


def words(*texts):
    arrays = encode_examples([Example(t, "", t) for t in texts], VOCABULARY)
    return {**arrays, "labelled": np.zeros(len(texts), "float32")}


def enumerated_bound(model, inputs):
    """`E_q(y|x)[D] + R + KL(q(y|x) || p(y))` at the mean of `z`, summed over all conditions."""
    source = inputs["source"]
    z, scale = model.encode_ids(source)
    attributes = model.supervision.attributes
    parameters = attributes.parameters(model.latent_inputs(source))
    total = 0.0
    for values in itertools.product(*([None, *group] for group in GROUPS)):
        condition = np.isin(np.arange(SIZE), [v for v in values if v is not None])
        conditions = tf.constant(np.tile(condition, (len(source), 1)).astype("float32"))
        q = tf.exp(attributes.log_prob(parameters, conditions))
        total -= q * model.log_prob(z, conditions, inputs["target"])
    rate = tf.reduce_sum(0.5 * (scale**2 + z**2 - 1) - tf.math.log(scale), axis=-1)
    return tf.reduce_mean(total + rate + attributes.kl(parameters))


def gradient(tape, bound, model):
    found = tape.gradient(bound, model.supervision.attributes.output_layer.trainable_weights)
    return np.concatenate([np.ravel(g) for g in found])


def test_the_relaxed_bound_and_its_gradient_are_those_of_the_sum_over_all_conditions():
    model, copies = make(temperature=0.03), 2000
    rng = np.random.default_rng(5)
    guess = model.supervision.attributes
    shape = guess.output_layer.kernel.shape
    guess.output_layer.kernel.assign(rng.normal(size=shape))
    # A decoder that looks at the condition, unlike one before training.
    embedding = model.decoder.condition_embedding.kernel
    embedding.assign(rng.normal(scale=2.0, size=embedding.shape))
    with tf.GradientTape() as tape:
        exact = enumerated_bound(model, words("evler"))
    exact = np.array([float(exact), *gradient(tape, exact, model)])
    object.__setattr__(model.latent, "_sample", lambda loc, scale: loc)
    found = []
    for _ in range(6):
        with tf.GradientTape() as tape:
            model(words(*["evler"] * copies), training=True)
            bound = sum(model.losses)
        found.append([float(bound), *gradient(tape, bound, model)])
    errors = np.std(found, axis=0) / np.sqrt(len(found))
    off = np.abs(np.mean(found, axis=0) - exact)
    # Beside the noise, the relaxation at this temperature.
    assert (off < 5 * errors + 0.02).all(), (off, errors)
    assert errors.max() < 0.03 and np.abs(exact[1:]).max() > 0.15


def test_labelled_examples_alone_cost_what_they_cost_without_the_part():
    model = make()
    switch_noise_off(model)
    inputs = encode_examples(PAIRS, VOCABULARY)
    model(inputs, training=True)
    loss = float(sum(model.losses))
    z, scale = model.encode_ids(inputs["source"])
    rate = tf.reduce_sum(0.5 * (scale**2 + z**2 - 1) - tf.math.log(scale), axis=-1)
    guess = model.supervision.attributes
    parameters = guess.parameters(model.latent_inputs(inputs["target"]))
    nll = -guess.log_prob(parameters, inputs["condition"])
    distortion = -model.log_prob(z, inputs["condition"], inputs["target"])
    assert loss == pytest.approx(float(tf.reduce_mean(distortion + rate + nll)), rel=1e-5)
    both = {
        name: np.concatenate([inputs[name], words("evl")[name][:, : inputs[name].shape[1]]])
        if name == "condition"
        else np.concatenate([inputs[name], np.pad(words("evl")[name], ((0, 0), (0, 2)))])
        for name in ("source", "target", "condition")
    }
    model.supervision.weight = 0.0
    model({**both, "labelled": np.array([1, 1, 1, 1, 0], "float32")}, training=True)
    assert float(sum(model.losses)) == pytest.approx(loss, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("attributes", [CategoricalAttributes, HardKumaraswamyAttributes])
def test_training_finds_features_and_forms_by_heart(attributes):
    model = make(attributes)
    model.latent.rate_term.weight = 0.0
    model.compile(keras.optimizers.Adam(0.03))
    arrays = encode_examples([*PAIRS, Example("elden", "", "elden")], VOCABULARY)
    arrays["labelled"] = np.array([1, 1, 1, 1, 0], "float32")
    data = tf.data.Dataset.from_tensors(arrays).repeat()
    model.fit(data, epochs=1, steps_per_epoch=120, verbose=0)
    assert model.inflect([e.source for e in PAIRS], [e.features for e in PAIRS]) == [
        e.target for e in PAIRS
    ]
    answers = model.analyse([e.target for e in PAIRS])
    assert [features for features, _ in answers] == [e.features for e in PAIRS]
    assert all(-1.0 < log_q <= 0.0 for _, log_q in answers)


def test_an_answer_is_a_string_of_features_for_any_word():
    model = make()
    for features, log_q in model.analyse(["", "q", "evlerden" * 9]):
        VOCABULARY.check_features(features)
        assert log_q < 0.0
    with pytest.raises(ValueError, match="at most 512 characters"):
        model.analyse(["e" * 600])


def test_tags_are_written_as_tags():
    pairs = [Example("ev", "N;PL", "evler"), Example("ev", "N;SG;ABL", "evden")]
    model = make(vocabulary=Vocabulary.from_examples(pairs), pairs=pairs)
    ((features, _),) = model.analyse(["evler"])
    model.vocabulary.check_features(features)
    assert set(features.split(";")) <= {"N", "PL", "SG", "ABL"}


def test_what_is_exported_answers_as_the_model_does():
    model = make()
    analyse, signature = string_endpoints(model)["analyse"]
    assert signature == [tf.TensorSpec([None], tf.string)]
    found = analyse(tf.constant(["ev", "evler"]))
    expected = model.analyse(["ev", "evler"])
    assert [one.decode() for one in found["features"].numpy()] == [text for text, _ in expected]
    np.testing.assert_allclose(found["log_probability"], [p for _, p in expected], rtol=1e-5)


def test_a_model_without_attributes_is_refused():
    with pytest.raises(ValueError, match="`supervision` must be a PartialSupervision"):
        SemiSupervisedVAE(
            VOCABULARY,
            encoder=GRUEncoder(VOCABULARY.size, 6),
            latent=GaussianLatent(3),
            decoder=SequenceDecoder(VOCABULARY.size, GRUDecoder(6), condition_dim=4),
            supervision=PartialSupervision(),
        )
