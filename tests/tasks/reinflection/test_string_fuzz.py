"""No string that a caller can send makes `inflect` or the SavedModel crash, hang or lie."""

import random
import resource

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_export import small_export

KNOWN = ("pos=N", "pos=V", "case=ABL", "case=LOC", "num=SG", "num=PL")
# Control characters, tabs and line ends, marks that set direction, combining and joining
# characters, the byte order mark, noncharacters, what lies beyond the first plane, letters whose
# case is Turkish, and lone halves of surrogate pairs.
ODD = (
    "\x00\x01\x07\x1b\x7f\x85\t\n\r\u200e\u202e\u2066\u0301\u0307\u200d\u200c\ufeff\ufffe"
    "\U0010ffff\U0001f469ıİßǅﬁ漢,=;</s>\ud800\udfff\udc41"
)

words = st.lists(
    st.one_of(st.sampled_from("evlrdn"), st.sampled_from(ODD), st.characters()), max_size=12
).map("".join)
features = st.lists(
    st.one_of(
        st.sampled_from(KNOWN),
        st.sampled_from(("", " ", "=", "pos", "pos=", "=N", "pos=N ", "POS=N", "\x00", "[UNK]")),
        st.text(max_size=6),
    ),
    max_size=12,
).map(",".join)
queries = st.lists(st.tuples(words, features), max_size=20)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A model and what TensorFlow loads of its export."""
    model, path = small_export(tmp_path_factory.mktemp("export"))
    return model, tf.saved_model.load(str(path))


def as_bytes(strings):
    return [s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass") for s in strings]


def ask(served, rows):
    """The SavedModel's forms and log-probabilities for `(source, features)` rows."""
    sources, wanted = zip(*rows, strict=True)
    answer = served[1].inflect(tf.constant(as_bytes(sources)), tf.constant(as_bytes(wanted)))
    forms = [form.decode("utf-8") for form in answer["form"].numpy()]
    return forms, answer["log_probability"].numpy()


def check(model, forms, log_p, count):
    """Every word asked for has an answer, of characters that the model knows."""
    assert len(forms) == len(log_p) == count
    assert np.isfinite(log_p).all() and (np.asarray(log_p) <= 0.0).all()
    for form in forms:
        assert set(form) <= set(model.vocabulary.characters)
        assert len(form) <= model.max_length


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(queries)
@example([("\ud800", "\udfff,=")])
@example([("", ""), ("\x00", ",,,"), ("e\x00", "pos=N\x00")])
@example([("evler\x00", "pos=N"), ("evler", "pos=N")])
def test_python_and_saved_model_answer_anything_alike(served, rows):
    model = served[0]
    n_best = model.inflect_n_best([s for s, _ in rows], [f for _, f in rows], 1)
    forms = [best[0][0] for best in n_best]
    log_p = [best[0][1] for best in n_best]
    check(model, forms, log_p, len(rows))
    if rows:
        saved_forms, saved_log_p = ask(served, rows)
        assert saved_forms == forms
        np.testing.assert_allclose(saved_log_p, log_p, rtol=1e-4, atol=1e-4)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), min_size=1, max_size=20))
def test_any_bytes_are_answered(served, rows):
    check(served[0], *ask(served, rows), len(rows))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(queries)
def test_the_posterior_of_anything_is_finite(served, rows):
    sources = [s for s, _ in rows]
    loc, scale = served[0].encode(sources)
    assert loc.shape == scale.shape == (len(rows), 4)
    assert np.isfinite(loc).all() and np.isfinite(scale).all() and (scale > 0.0).all()
    saved = served[1].encode(tf.constant(as_bytes(sources), tf.string))
    np.testing.assert_allclose(saved["loc"], loc, rtol=1e-4, atol=1e-5)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(queries, st.integers(0, 20))
def test_strange_company_does_not_change_an_answer(served, rows, place):
    asked = ("evler", "pos=N,case=LOC,num=PL")
    alone, log_p = ask(served, [asked])
    rows = [*rows[:place], asked, *rows[place:]]
    forms, among = ask(served, rows)
    position = min(place, len(rows) - 1)
    assert forms[position] == alone[0]
    np.testing.assert_allclose(among[position], log_p[0], rtol=1e-4, atol=1e-4)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from((*KNOWN, "", "x=y", "\u0301")), max_size=8), st.randoms())
def test_features_are_a_set(served, names, rng):
    model = served[0]
    shuffled = [*names, *names, "", ""]
    rng.shuffle(shuffled)
    vectors = model.codec.feature_vector(tf.constant([",".join(names), ",".join(shuffled)]))
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[0], model.vocabulary.encode_features(",".join(names)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(words, min_size=1, max_size=8))
def test_the_graph_reads_words_as_the_vocabulary_does(served, some):
    # Apart from lone surrogates, which have no UTF-8 form and are unknown to both.
    model = served[0]
    graph = model.codec.word_ids(tf.constant(as_bytes(some))).numpy()
    decoded = [word.decode() for word in model.codec.words(graph).numpy()]
    assert decoded == [model.vocabulary.decode_ids(row) for row in graph]
    for row, word in zip(graph, some, strict=True):
        if not any("\ud800" <= c <= "\udfff" for c in word):
            ids = row[row != 0].tolist()
            assert ids == model.vocabulary.encode_word(word)


def test_megabytes_are_answered_in_little_memory(served):
    model = served[0]
    ordinary = ("evler", "pos=N,num=PL")
    rows = [
        ("e" * 1_000_000, "pos=N"),
        ("漢" * 350_000, "pos=N,num=PL"),
        (b"\xff" * 1_000_000, "pos=N"),
        ("evler", "pos=N," * 160_000),
        ("evler", "x" * 1_000_000),
        *[ordinary] * 200,
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    forms, log_p = ask(served, rows)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    check(model, forms, log_p, len(rows))
    # Five strings of a megabyte, and what is made of their features; 200 padded to the longest
    # would be hundreds.
    assert grown < 150, f"{grown:.0f} MB"
    assert forms[5:] == forms[5:6] * 200
    # What is repeated in the features counts once.
    assert forms[3] == ask(served, [("evler", "pos=N")])[0][0]


def test_a_word_is_read_up_to_its_limit(served):
    model = served[0]
    limit = model.codec.max_characters
    cut, whole, other = ("e" * limit + "v" * 9, "e" * limit, "e" * (limit - 1) + "v")
    loc = served[1].encode(tf.constant([cut, whole, other]))["loc"].numpy()
    np.testing.assert_array_equal(loc[0], loc[1])
    assert np.abs(loc[1] - loc[2]).max() > 1e-6


@pytest.mark.parametrize("word", ["漢" * 513, b"\xff" * 2049], ids=["text", "bytes"])
def test_python_refuses_words_beyond_the_limit(served, word):
    assert served[0].codec.max_characters == 512
    for method in (served[0].encode, lambda rows: served[0].inflect(rows, ["pos=N"] * 2)):
        with pytest.raises(ValueError, match="`sources` must be words of at most 512 characters"):
            method(["evler", word])
    assert len(served[0].inflect([word[:512]], ["pos=N"])) == 1


@pytest.mark.slow
def test_a_hundred_thousand_random_queries_are_answered(served):
    rng = random.Random(0)
    alphabet = [*"evlrdni" * 4, *ODD]

    def word():
        if rng.random() < 0.2:
            return rng.randbytes(rng.randrange(20))
        return "".join(rng.choices(alphabet, k=rng.randrange(20)))

    def wanted():
        return ",".join(
            rng.choice(KNOWN) if rng.random() < 0.7 else "".join(rng.choices(ODD, k=3))
            for _ in range(rng.randrange(8))
        )

    for _ in range(20):
        rows = [(word(), wanted()) for _ in range(5_000)]
        check(served[0], *ask(served, rows), len(rows))
