import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_vae_collapse.tasks.text import TokenCodec, TokenVocabulary
from keras_vae_collapse.tasks.text.corpus import normalized

TEXTS = ["b a", "b <unk> [UNK]", "\u00e9 b\u00a0c </s>", "start of sentence"]
WORDS = TokenVocabulary.from_texts(TEXTS)
CHARACTERS = TokenVocabulary.from_texts(TEXTS, unit="characters")
# As learned, but without the library.
SUBWORDS = TokenVocabulary(
    (" ", "a", "b", "c", "\u00e9", "<", ">", "/", "s", " b", "ab", "abab", "bab"),
    max_length=5,
    unit="subwords",
    merges=((" ", "b"), ("a", "b"), ("ab", "ab"), ("b", "ab")),
)
CODECS = {each.unit: TokenCodec(each) for each in (WORDS, CHARACTERS, SUBWORDS)}


ODD = "ab c\u00e9\u00a0\t\n\v\f\r \x1c\u2028<unk>/s[U]\U0001f600"


@given(
    st.lists(st.text(st.sampled_from(ODD), max_size=20), min_size=1, max_size=4),
    st.sampled_from([WORDS, CHARACTERS, SUBWORDS]),
)
@settings(deadline=None)
def test_the_graph_reads_what_python_reads(texts, vocabulary):
    ids = CODECS[vocabulary.unit].ids(tf.constant(texts)).numpy()
    for text, row in zip(texts, ids, strict=True):
        expected = vocabulary.encode(normalized(text))
        assert row.tolist() == expected + [0] * (len(row) - len(expected))


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_ids_become_the_texts_they_came_from(unit):
    codec = CODECS[unit]
    texts = codec.texts(codec.ids(tf.constant(TEXTS))).numpy()
    assert [text.decode() for text in texts] == TEXTS


def test_texts_of_beams_have_the_shape_of_their_ids():
    ids = tf.constant([[[4, 4, 3, 0], [5, 3, 0, 0]]])
    b, other = WORDS.tokens[:2]
    assert CODECS["words"].texts(ids).numpy().tolist() == [[f"{b} {b}".encode(), other.encode()]]


def test_no_sentences_give_a_column():
    assert CODECS["words"].ids(tf.constant([], tf.string)).shape == (0, 1)


def test_an_endless_sentence_is_cut():
    assert CODECS["words"].ids(tf.constant(["b " * 1000])).shape == (1, 513)


def test_bytes_that_are_not_utf8_are_unknown():
    assert CODECS["words"].ids(tf.constant([b"b \xff"])).numpy().tolist() == [[4, 1, 3]]
    row = CODECS["characters"].ids(tf.constant([b"b\xff"])).numpy()[0]
    assert row.tolist() == [*CHARACTERS.encode("b")[:-1], 1, 3]
