"""The subwords of a graph are those of Python."""

import numpy as np
import pytest
import tensorflow as tf
from small_texts import small_text_vae

from keras_vae_collapse.export import export_model
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks.text import TokenCodec, TokenVocabulary, demo_sentences, subwords
from keras_vae_collapse.tasks.text.text_endpoints import sentence_endpoints

pytestmark = pytest.mark.skipif(not subwords.installed(), reason="tokenizers is not there")
HARD = ["straßenbahn ☃x", "日本語 の", "y" * 150, "q" * 63 + " b", "x" * 64, "x" * 65, "", "a"]


@pytest.fixture(scope="module")
def codec():
    texts = [sentence.text for sentence in demo_sentences()["train"][:500]]
    texts += ["x" * 130, "日本 straße"]
    return TokenCodec(TokenVocabulary.from_texts(texts, 200, "subwords"))


def test_ids_are_those_of_the_vocabulary(codec):
    texts = [s.text for s in demo_sentences()["dev"][:100]] + HARD
    graph = tf.function(codec.ids)
    ids = graph(tf.constant(texts)).numpy()
    for row, text in zip(ids.tolist(), texts, strict=True):
        expected = codec.vocabulary.encode(text)
        assert row[: len(expected)] == expected and not any(row[len(expected) :])
    for text, row in zip(texts[-9:], ids[-9:], strict=True):  # alone as among others
        np.testing.assert_array_equal(graph(tf.constant([text]))[0], row[row != 0])
    assert codec.ids(tf.constant([], tf.string)).shape == (0, 1)


def test_texts_are_those_of_the_vocabulary(codec):
    texts = [sentence.text for sentence in demo_sentences()["dev"][:100]]
    found = codec.texts(codec.ids([f"  {text.replace(' ', '  ')}" for text in texts])).numpy()
    assert [text.decode() for text in found] == texts


def test_a_long_text_is_read_up_to_the_limit(codec):
    text = " ".join(["☃" * 700, "a dog", "x" * 9000])
    ids = codec.ids([text]).numpy()[0]
    assert ids.tolist() == codec.vocabulary.encode(text)[: codec.max_tokens] + [3]


def test_one_character_and_no_merge_need_no_pairs():
    codec = TokenCodec(TokenVocabulary.from_texts(["ab"], 2, "subwords"))
    assert codec.vocabulary.merges == ()
    assert codec.ids(["ab", ""]).numpy().tolist() == [[4, 5, 1, 3], [3, 0, 0, 0]]


def test_a_saved_and_an_exported_model_take_strings_and_give_them(tmp_path):
    model = small_text_vae("subwords")
    texts = ["the dog barks", "a cat ☃", "the doggy sleeps"]
    loc, _ = model.encode(texts)
    expected = model.reconstruct(texts)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path)
    assert again.vocabulary == model.vocabulary and again.reconstruct(texts) == expected
    endpoints = {name: sentence_endpoints(model)[name] for name in ("reconstruct", "encode")}
    export_model(model, endpoints, tmp_path / "export")
    served = tf.saved_model.load(str(tmp_path / "export"))
    np.testing.assert_allclose(served.encode(tf.constant(texts))["loc"], loc, atol=1e-6)
    found = served.reconstruct(tf.constant(texts))["sentence"].numpy()
    assert [text.decode() for text in found] == expected
