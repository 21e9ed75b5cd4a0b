import keras
import numpy as np
import pytest
import tensorflow as tf
from small_texts import SENTENCES, small_text_vae

from keras_vae_collapse.tasks.text import TextVAE


@pytest.fixture(scope="module")
def model():
    return small_text_vae()


def test_encoding_does_not_depend_on_the_order_or_on_white_space(model):
    loc, scale = model.encode(SENTENCES)
    assert loc.shape == scale.shape == (4, 4) and (scale > 0).all()
    backwards = model.encode([f"  {s.replace(' ', chr(9))}\n" for s in SENTENCES[::-1]])[0]
    np.testing.assert_allclose(backwards[::-1], loc, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        loc, model.encode_ids(model.codec.ids(tf.constant(SENTENCES)))[0], rtol=1e-5, atol=1e-6
    )


def test_reconstructions_are_decoded_from_the_posterior_means(model):
    found = model.reconstruct(SENTENCES)
    ids, _ = model.decode(model.encode(SENTENCES)[0])
    assert found == [model.vocabulary.decode(row) for row in ids.numpy()[:, 0]]
    assert len(set(found)) > 1


def test_a_wider_beam_finds_what_is_at_least_as_probable(model):
    z = model.encode(SENTENCES)[0]
    for width in (1, 3):
        ids = model.decode(z, beam_width=width)[0].numpy()[:, 0]
        assert model.sentences(z, width) == [model.vocabulary.decode(row) for row in ids]


def test_samples_follow_the_seed(model):
    drawn = model.sample(300, seed=1)
    assert len(drawn) == 300 and drawn == model.sample(300, seed=1) != model.sample(300, seed=2)
    assert len(set(drawn)) > 2 and model.sample(0) == []
    assert model.sample(3, seed=1) != model.sample(300, seed=1)[-3:]
    with pytest.raises(ValueError, match="`count` must be an integer of at least 0"):
        model.sample(-1)
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0"):
        model.sample(1, seed=-1)


def test_a_path_begins_and_ends_with_the_reconstructions(model):
    path = model.interpolate(SENTENCES[0], SENTENCES[2], steps=4, spherical=True)
    ends = model.reconstruct([SENTENCES[0], SENTENCES[2]])
    assert len(path) == 4 and [path[0], path[-1]] == ends


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (["fine", " \n"], r"number 1 counted from 0: expected a string.*Received: ' \\n'"),
        ([3], "number 0 .*Received: 3"),
        (["a " * 600], "at most 512 tokens. Received: 600, 'a a"),
    ],
)
def test_what_is_no_sentence_is_refused(model, sentences, message):
    with pytest.raises(ValueError, match=message):
        model.encode(sentences)
    with pytest.raises(ValueError, match="counted from 0"):
        model.interpolate("the dog", "", steps=3)


def test_a_vocabulary_is_needed(model):
    with pytest.raises(ValueError, match="must be a TokenVocabulary"):
        TextVAE({"tokens": ["a"]}, model.encoder, model.latent, model.decoder)


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_a_saved_model_answers_as_before(unit, tmp_path):
    model = small_text_vae(unit)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.vocabulary == model.vocabulary
    assert loaded.reconstruct(SENTENCES) == model.reconstruct(SENTENCES)
    np.testing.assert_array_equal(loaded.encode(SENTENCES)[0], model.encode(SENTENCES)[0])
