"""Ids of characters and features, and what is told about unknown ones."""

import json
import pickle

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS, UNK
from keras_vae_collapse.tasks.reinflection import (
    DataWarning,
    Example,
    Vocabulary,
    read_examples,
    warn_unseen,
)

EXAMPLES = [
    Example("evi", "pos=N,num=PL", "evler"),
    Example("dil", "pos=N,case=ABL", "dilden", source_features="num=DU"),
    Example("ğ", "pos=N", None),
]


def test_symbols_are_sorted_and_come_from_both_words():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    assert vocabulary.characters == ("d", "e", "i", "l", "n", "r", "v", "ğ")
    assert vocabulary.features == ("case=ABL", "num=PL", "pos=N")
    assert vocabulary.max_length == len("dilden")
    assert vocabulary == Vocabulary.from_examples(reversed(EXAMPLES))
    assert (vocabulary.size, vocabulary.feature_size) == (12, 4)


def test_ids_follow_the_four_special_symbols():
    assert (PAD, UNK, SOS, EOS) == (0, 1, 2, 3)
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    assert vocabulary.encode_word("dex") == [4, 5, UNK, EOS]
    assert vocabulary.encode_word("") == [EOS]


def test_decoding_stops_at_the_end_symbol_and_drops_special_ones():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    assert vocabulary.decode_ids(np.array([SOS, 4, UNK, 5, PAD, EOS, 6])) == "de"
    assert vocabulary.decode_ids([4, 5]) == "de"
    assert vocabulary.decode_ids([]) == ""


@pytest.mark.parametrize("bad", [-1, 12])
def test_ids_outside_the_vocabulary_are_refused(bad):
    with pytest.raises(ValueError, match=rf"`ids` must lie in \[0, 11\]. Received: {bad}"):
        Vocabulary.from_examples(EXAMPLES).decode_ids([4, bad])


def test_features_are_a_binary_vector_whose_first_place_is_the_unknown():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    assert vocabulary.encode_features("num=PL,pos=N") == [0, 0, 1, 1]
    assert vocabulary.encode_features("pos=N,num=PL,pos=N") == [0, 0, 1, 1]
    assert vocabulary.encode_features("num=DU,pos=V") == [1, 0, 0, 0]
    assert vocabulary.encode_features("") == [0, 0, 0, 0]


def test_config_survives_json_and_pickle():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    config = json.loads(json.dumps(vocabulary.to_config()))
    assert Vocabulary.from_config(config) == vocabulary
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary
    assert hash(Vocabulary.from_config(config)) == hash(vocabulary)


@pytest.mark.parametrize(
    "change, wrong",
    [
        ({"characters": ["ab"]}, "`characters` must not hold 'ab'"),
        ({"characters": [""]}, "`characters` must not hold ''"),
        ({"characters": ["\0"]}, r"`characters` must not hold '\\x00'"),
        ({"characters": ["\udc80"]}, r"`characters` must not hold '\\udc80'"),
        ({"characters": [7]}, "`characters` must not hold 7"),
        ({"characters": ["a", "b", "a"]}, "`characters` must hold each value once"),
        ({"features": ["a=b,c=d"]}, "`features` must not hold 'a=b,c=d'"),
        ({"features": ["a=b", "a=b"]}, "`features` must hold each value once"),
        ({"max_length": -1}, "`max_length` must be an integer of at least 0"),
        ({"max_length": "7"}, "`max_length` must be an integer of at least 0"),
    ],
)
def test_a_config_that_cannot_be_is_refused(change, wrong):
    config = {"characters": ["a"], "features": ["a=b"], "max_length": 1, **change}
    with pytest.raises(ValueError, match=wrong):
        Vocabulary.from_config(config)


def test_unseen_symbols_are_counted_and_named_in_one_warning(tmp_path):
    path = tmp_path / "dev"
    path.write_text("evi\tpos=N\tevq\nqq\tpos=V,num=PL\tevler\nw\tpos=V\tev\n", encoding="utf-8")
    vocabulary, examples = Vocabulary.from_examples(EXAMPLES), read_examples(path)
    assert vocabulary.unseen(examples) == {
        ("character", "q"): (3, f"{path}, line 1"),
        ("feature", "pos=V"): (2, f"{path}, line 2"),
        ("character", "w"): (1, f"{path}, line 3"),
    }
    with pytest.warns(DataWarning) as caught:
        warn_unseen(vocabulary, examples, shown=2)
    (warning,) = caught
    assert str(warning.message).splitlines() == [
        "2 characters and 1 features were not seen in training and are read as unknown:",
        f"  character 'q' (U+0071), 3 times, first in {path}, line 1",
        f"  feature 'pos=V', 2 times, first in {path}, line 2",
        "  and 1 more",
    ]


def test_source_features_and_known_symbols_are_not_unseen(recwarn):
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    assert vocabulary.unseen(EXAMPLES) == {}
    warn_unseen(vocabulary, EXAMPLES)
    assert not recwarn.list


def test_examples_without_a_file_are_named_by_their_words():
    with pytest.warns(DataWarning, match=r"first in example 'q' \+ 'pos=N'"):
        warn_unseen(Vocabulary.from_examples(EXAMPLES), [Example("q", "pos=N", "ev")])


def test_every_code_point_is_one_character_in_tensorflow_too():
    characters = [chr(i) for i in range(1, 0x110000) if not 0xD800 <= i <= 0xDFFF]
    split = tf.strings.unicode_split("".join(characters), "UTF-8").numpy()
    assert [character.encode() for character in characters] == split.tolist()


@pytest.mark.parametrize("language", ["turkish", "german", "finnish"])
def test_words_of_published_files_survive(sigmorphon2016_dir, language):
    examples = read_examples(sigmorphon2016_dir / f"{language}-task3-train")
    vocabulary = Vocabulary.from_examples(examples)
    for e in examples:
        assert vocabulary.decode_ids(vocabulary.encode_word(e.target)) == e.target
        assert sum(vocabulary.encode_features(e.features)) == len(e.features.split(","))


def test_ten_characters_more_than_were_seen_may_be_written():
    assert Vocabulary(("a",), ("pos=N",), max_length=5).max_form_length == 15
