import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import CharDropout, GaussianLatent, WordEncoder
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.models import InflectionDecoder
from keras_vae_collapse.tasks.reinflection import (
    Example,
    ReinflectionVAE,
    Vocabulary,
    encode_examples,
)

PAIRS = [
    Example("evler", "case=ABL,num=SG", "evden"),
    Example("gözü", "case=DAT,num=SG", "göze"),
    Example("ev", "case=ABL,num=PL", "evlerden"),
]
VOCABULARY = Vocabulary.from_examples(PAIRS)


def make(kind="autoregressive", history_dropout=None, rate_term=None, slots=0, spacing=1.0):
    keras.utils.set_random_seed(1)
    return ReinflectionVAE(
        VOCABULARY,
        encoder=WordEncoder(
            VOCABULARY.size, units=6, char_dim=4, slots=slots, slot_spacing=spacing
        ),
        latent=GaussianLatent(3, rate_term=rate_term or KLDivergence(), slots=slots or 1, seed=2),
        decoder=InflectionDecoder(
            VOCABULARY.size,
            6,
            4,
            4,
            kind=kind,
            history_dropout=history_dropout,
            latent_slots=slots,
            slot_spacing=spacing,
        ),
    )


def arrays():
    return {name: tf.constant(a) for name, a in encode_examples(PAIRS, VOCABULARY).items()}


@pytest.mark.parametrize(("slots", "spacing"), [(0, 1.0), (3, 1.0), (3, 1.5)])
@pytest.mark.parametrize("kind", ["autoregressive", "historyless", "historyless_bidirectional"])
def test_beam_scores_are_the_log_probabilities_of_teacher_forcing(kind, slots, spacing):
    model = make(kind, slots=slots, spacing=spacing)
    inputs = arrays()
    loc, _ = model.encode_ids(inputs["source"])
    ids, scores = model.decode_ids(loc, inputs["features"], beam_width=3)
    banned = tf.reduce_logsumexp(
        tf.gather(
            tf.nn.log_softmax(model.decoder(loc, inputs["features"], ids[:, 0])), [0, 1, 2], axis=-1
        ),
        axis=-1,
    )
    allowed = tf.reduce_sum(tf.where(ids[:, 0] != 0, tf.math.log1p(-tf.exp(banned)), 0.0), axis=-1)
    # Decoding never emits padding, unknown or start: it renormalises over the other symbols.
    log_p = model.log_prob(loc, inputs["features"], ids[:, 0]) - allowed
    np.testing.assert_allclose(log_p, scores[:, 0], rtol=1e-5)
    assert (np.diff(scores, axis=1) <= 1e-6).all()


def test_loss_is_distortion_plus_rate_per_word():
    model = make()
    model.compile("adam")
    inputs = arrays()
    logs = model.evaluate(inputs, batch_size=3, verbose=0, return_dict=True)
    loc, scale = (part.numpy() for part in model.encode_ids(inputs["source"]))
    nll = -model.log_prob(loc, inputs["features"], inputs["target"]).numpy()
    kl = (0.5 * (loc**2 + scale**2 - 1) - np.log(scale)).sum(axis=1)
    assert logs["distortion"] == pytest.approx(nll.mean(), rel=1e-5)
    assert logs["rate"] == pytest.approx(kl.mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx(nll.mean() + kl.mean(), rel=1e-5)


def test_nll_counts_every_character_and_the_end_but_no_padding():
    model = make()
    inputs = arrays()
    z = tf.zeros((3, 3))
    wide = tf.pad(inputs["target"], [[0, 0], [0, 4]])
    np.testing.assert_allclose(
        model.log_prob(z, inputs["features"], inputs["target"]),
        model.log_prob(z, inputs["features"], wide),
        rtol=1e-6,
    )
    log_p = tf.nn.log_softmax(model.decoder(z, inputs["features"], inputs["target"])).numpy()
    target = inputs["target"].numpy()
    by_hand = [sum(log_p[i, t, s] for t, s in enumerate(row) if s) for i, row in enumerate(target)]
    np.testing.assert_allclose(
        model.log_prob(z, inputs["features"], inputs["target"]), by_hand, rtol=1e-5
    )


@pytest.mark.parametrize("slots", [0, 3])
def test_nothing_of_the_source_reaches_the_decoder_but_z(slots):
    model = make(slots=slots)
    inputs = arrays()
    changed = {**inputs, "source": tf.reverse(inputs["source"], axis=[0])}
    model.latent.loc.kernel.assign(tf.zeros_like(model.latent.loc.kernel))
    np.testing.assert_array_equal(model(inputs, training=False), model(changed, training=False))


@pytest.mark.parametrize(
    ("kind", "dropout"),
    [("autoregressive", CharDropout(1.0, 1, (0, 2))), ("historyless_bidirectional", None)],
)
def test_historyless_decoders_never_see_the_history(kind, dropout):
    model = make(kind, dropout)
    inputs = arrays()
    z = tf.ones((3, 3))
    other = tf.where(inputs["target"] != 0, 5, 0)
    for training in (False, True):
        np.testing.assert_allclose(
            model.decoder(z, inputs["features"], inputs["target"], training=training),
            model.decoder(z, inputs["features"], other, training=training),
            rtol=1e-6,
        )


def test_bidirectional_states_are_those_of_decoding():
    model = make("historyless_bidirectional")
    inputs = arrays()
    z = tf.ones((3, 3))
    short = model.decoder(z, inputs["features"], inputs["target"][:, :3])
    long = model.decoder(z, inputs["features"], inputs["target"])
    np.testing.assert_allclose(short, long[:, :3], rtol=1e-6)


def test_strings_and_ids_agree():
    model = make()
    words = ["evler", "göz", "", "ev x", "e" * 40]
    ids = model.codec.word_ids(tf.constant(words))
    for word, row in zip(words, ids.numpy(), strict=True):
        assert row[: len(word) + 1].tolist() == VOCABULARY.encode_word(word)
        assert not row[len(word) + 1 :].any()
    features = ["case=ABL,num=SG", "", "num=PL,voice=ACT", "nonsense", "num=PL,num=PL"]
    vectors = model.codec.feature_vector(tf.constant(features)).numpy().astype(int).tolist()
    assert vectors == [VOCABULARY.encode_features(f) for f in features]
    assert model.codec.words(ids).numpy()[0].decode() == "evler"


def test_answers_come_in_the_order_of_the_questions_whatever_the_chunks():
    model = make()
    words = ["evler", "ev", "gözleri", "e", "göz"] * 3
    features = ["case=ABL,num=SG", "case=DAT,num=PL", ""] * 5
    one_by_one = [model.inflect([w], [f])[0] for w, f in zip(words, features, strict=True)]
    model.chunk_size = 4
    assert model.inflect(words, features) == one_by_one
    loc, scale = model.encode(words)
    np.testing.assert_allclose(loc[1], model.encode(["ev"])[0][0], rtol=1e-4, atol=1e-6)
    assert loc.shape == scale.shape == (15, 3)


def test_strange_words_are_answered():
    model = make()
    strange = ["", "\0", "\ud800", "a\u0301", "\u202e", "漢字", "x" * 500, "\t\n"]
    assert len(model.inflect(strange, [""] * len(strange))) == len(strange)
    assert model.inflect([], []) == []


def test_bad_calls_say_what_is_wrong():
    model = make()
    with pytest.raises(ValueError, match="equally many"):
        model.inflect(["ev"], [])
    with pytest.raises(ValueError, match="beam_width"):
        model.inflect(["ev"], [""], beam_width=0)
    with pytest.raises(ValueError, match="vocabulary"):
        ReinflectionVAE({}, None, None, None)


def test_training_finds_the_pairs_by_heart():
    model = make()
    model.latent.rate_term.weight = 0.0
    model.compile(keras.optimizers.Adam(0.03))
    data = tf.data.Dataset.from_tensors(encode_examples(PAIRS, VOCABULARY)).repeat()
    model.fit(data, epochs=1, steps_per_epoch=150, verbose=0)
    forms = model.inflect([e.source for e in PAIRS], [e.features for e in PAIRS])
    assert forms == [e.target for e in PAIRS]
