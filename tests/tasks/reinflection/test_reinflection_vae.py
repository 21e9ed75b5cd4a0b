import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.models import SequenceDecoder, chunks
from keras_vae_collapse.tasks.reinflection import (
    DataWarning,
    Example,
    ReinflectionVAE,
    Vocabulary,
    encode_examples,
)
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec

PAIRS = [
    Example("evler", "case=ABL,num=SG", "evden"),
    Example("gözü", "case=DAT,num=SG", "göze"),
    Example("ev", "case=ABL,num=PL", "evlerden"),
]
VOCABULARY = Vocabulary.from_examples(PAIRS)


@pytest.fixture(scope="module")
def model():
    """An untrained model."""
    return make()


def make():
    keras.utils.set_random_seed(1)
    return ReinflectionVAE(
        VOCABULARY,
        encoder=GRUEncoder(VOCABULARY.size, units=6, embedding_dim=4),
        latent=GaussianLatent(3, rate_term=KLDivergence(), seed=2),
        decoder=SequenceDecoder(VOCABULARY.size, GRUDecoder(6), 4, condition_dim=4),
    )


def test_answers_come_in_the_order_of_the_questions_whatever_the_chunks(model, monkeypatch):
    words = ["evler", "ev", "gözleri", "e", "göz"] * 3
    features = ["case=ABL,num=SG", "case=DAT,num=PL", ""] * 5
    one_by_one = [model.inflect([w], [f])[0] for w, f in zip(words, features, strict=True)]
    monkeypatch.setattr(chunks, "BLOCK", 7)  # 15 rows are two chunks and a row
    assert model.inflect(words, features) == one_by_one
    loc, scale = model.encode(words)
    np.testing.assert_allclose(loc[1], model.encode(["ev"])[0][0], rtol=1e-4, atol=1e-6)
    assert loc.shape == scale.shape == (15, 3)


def test_a_word_has_as_many_forms_as_the_beam_is_wide(model):
    words, features = tf.constant(["evler", "göz"]), tf.constant(["case=ABL,num=SG", ""])
    forms, log_p = model.inflect_strings(words, features, 3)
    assert forms.shape == log_p.shape == (2, 3)
    assert all(len(set(row)) == 3 for row in forms.numpy().tolist())


def test_words_of_twice_the_longest_in_training_are_read_whole(model):
    assert model.codec.max_characters == 512
    long = Vocabulary.from_examples([Example("ev" * 200, "case=ABL", "ev")])
    codec = WordCodec(long)
    assert codec.max_characters == 800
    assert codec.word_ids(tf.constant(["e" * 700])).shape == (1, 701)


def test_bad_calls_say_what_is_wrong(model):
    with pytest.raises(ValueError, match="equally many"):
        model.inflect(["ev"], [])
    with pytest.raises(ValueError, match="beam_width"):
        model.inflect(["ev"], [""], beam_width=0)
    with pytest.raises(ValueError, match="vocabulary"):
        ReinflectionVAE({}, None, None, None)


@pytest.mark.slow
def test_training_finds_the_pairs_by_heart():
    model = make()
    model.latent.rate_term.weight = 0.0
    model.compile(keras.optimizers.Adam(0.03))
    data = tf.data.Dataset.from_tensors(encode_examples(PAIRS, VOCABULARY)).repeat()
    model.fit(data, epochs=1, steps_per_epoch=150, verbose=0)
    forms = model.inflect([e.source for e in PAIRS], [e.features for e in PAIRS])
    assert forms == [e.target for e in PAIRS]


def test_malformed_features_are_refused_and_unseen_ones_are_said(model):
    with pytest.raises(ValueError, match="number 1 counted from 0: .* not 'ABL;SG'. Did you mean"):
        model.inflect(["ev", "ev"], ["num=SG", "ABL;SG"])
    with pytest.warns(DataWarning, match="1 characters and 1 features"):
        assert len(model.inflect(["q"], ["num=XX"])) == 1
