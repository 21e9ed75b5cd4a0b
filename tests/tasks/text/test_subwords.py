"""Subwords against the library that learns them, and by hand."""

import json
import subprocess
import sys

import pytest

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks import TextTask
from keras_vae_collapse.tasks.text import TokenVocabulary, demo_sentences, subwords
from keras_vae_collapse.tasks.text.subwords import SubwordSplitter, learn_subwords, stretches

learns = pytest.mark.skipif(not subwords.installed(), reason="tokenizers is not there")
HARD = ["straßenbahn ☃x", "日本語 の", "y" * 150, "q" * 63 + " b", "x" * 64, "x" * 65, "", " ", "a"]


@pytest.fixture(scope="module")
def vocabulary():
    texts = [sentence.text for sentence in demo_sentences()["train"][:500]]
    return TokenVocabulary.from_texts([*texts, "x" * 130, "日本 straße"], 200, "subwords")


def test_merges_join_the_first_learned_pair_first_and_of_equal_ones_the_left():
    split = SubwordSplitter([("a", "a"), ("b", "aa"), ("aa", "aa")])
    assert split("aaa") == [" ", "aa", "a"]
    assert split("baaaa") == [" ", "baa", "aa"]  # ("b", "aa") comes before ("aa", "aa")
    assert split("aaaa aa") == [" ", "aaaa", " ", "aa"]
    assert split("") == []


def test_no_merge_reaches_over_64_characters_or_into_another_word():
    assert [len(s) for s in stretches("x" * 130 + " yz")] == [64, 64, 3, 3]
    assert list(stretches("ab c")) == [" ab", " c"]


def test_the_stretches_that_are_known_are_not_kept_without_end(monkeypatch):
    monkeypatch.setattr(subwords, "_MOST_KNOWN", 3)
    split = SubwordSplitter([("a", "b")])
    for text in ("ab", "abb", "b ab", "abab", "a"):
        assert split(text) == SubwordSplitter([("a", "b")])(text)
        assert len(split._known) <= 3


@learns
def test_learned_by_hand():
    # The pairs " a" and "ab" are there three times each, and after the first " ab" is.
    tokens, merges = learn_subwords(["ab ab ab c"], limit=6)
    assert set(tokens[:4]) == {" ", "a", "b", "c"} and tokens[4:] == (" a", " ab")
    assert merges == ((" ", "a"), (" a", "b"))
    assert learn_subwords(["ab ab ab c"], limit=3)[0] == (" ", "a", "b")  # c is the rarest
    assert set(learn_subwords(["zz z a"], limit=2)[0]) == {" ", "z"}
    assert set(learn_subwords(["b a"], limit=2)[0]) == {" ", "a"}  # equals in their order
    assert learn_subwords(["a"], limit=1) == ((" ",), ())
    with pytest.raises(ValueError, match="`limit` must be an integer of at least 1"):
        learn_subwords(["a"], limit=0)


@learns
def test_a_text_is_cut_as_by_the_library(vocabulary):
    import tokenizers

    library = tokenizers.Tokenizer(
        tokenizers.models.BPE({**vocabulary.ids, "\0": 1}, list(vocabulary.merges), unk_token="\0")
    )
    pattern = tokenizers.Regex(subwords._STRETCHES)
    library.pre_tokenizer = tokenizers.pre_tokenizers.Split(pattern, "isolated")
    for text in [s.text for s in demo_sentences()["dev"][:200]] + HARD:
        if text.strip():
            assert vocabulary.encode(text)[:-1] == library.encode(f" {text}").ids


@learns
def test_a_text_comes_back_from_its_ids(vocabulary):
    for sentence in demo_sentences()["dev"][:200]:
        assert vocabulary.decode(vocabulary.encode(sentence.text)) == sentence.text
    assert vocabulary.decode(vocabulary.encode("a ☃ dog")) == "a <unk> dog"
    assert vocabulary.unknown("a ☃ dog☃ runs") == ["☃", "dog☃"]


@learns
def test_two_processes_learn_the_same(vocabulary):
    code = (
        "import json; from keras_vae_collapse.tasks.text import TokenVocabulary, demo_sentences;"
        "texts = [s.text for s in demo_sentences()['train'][:500]];"
        "texts += ['x' * 130, '日本 straße'];"
        "print(json.dumps(TokenVocabulary.from_texts(texts, 200, 'subwords').to_config()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert TokenVocabulary.from_config(json.loads(found)) == vocabulary


def test_without_the_library_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(subwords, "installed", lambda: False)
    with pytest.raises(RecipeError, match=r"pip install 'keras-vae-collapse\[text\]'"):
        TextTask("demo", tokens="subwords")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tokens": ("a b",)}, "none of subwords"),
        ({"tokens": ("  b",)}, "none of subwords"),
        ({"tokens": (" ",), "unit": "words"}, "none of words"),
        ({"tokens": ("",)}, "none of subwords"),
        ({"tokens": ("a", "b"), "merges": (("a", "b"),)}, "pairs of tokens that make up a token"),
        ({"tokens": ("ab",), "merges": (("a", "b"),)}, "pairs of tokens that make up a token"),
        ({"tokens": ("a",), "unit": "words", "merges": (("a", "a"),)}, "for subwords.*'words'"),
    ],
)
def test_what_is_no_vocabulary_of_subwords_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        TokenVocabulary(**{"max_length": 3, "unit": "subwords", **fields})


@learns
def test_figures_count_words_and_the_limit_counts_subwords():
    task = TextTask("demo", tokens="subwords", vocabulary_limit=60)
    dev = task.dev_examples[:3]
    figures = task.figures(dev, [[s.text] for s in dev])
    assert figures["symbols"] == sum(len(s.text.split()) + 1 for s in dev)
    words = sum(len(s.text.split()) for s in dev)
    given = {"perplexity_elbo": 1.0, "perplexity_iw": 1.0, "unknown_tokens": 0.25 * words}
    shown = "\n".join(task.details({**figures, **given}))
    assert figures["exact_match"] == 1.0 and "perplexity of a word" in shown
    assert "unknown words 25.00%" in " ".join(shown.split())
    longest = max(len(task.vocabulary.split(s.text)) for s in task.train_examples)
    assert task.max_length == longest > max(len(s.text.split()) for s in task.train_examples)
