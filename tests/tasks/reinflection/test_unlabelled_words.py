import tracemalloc
import warnings

import numpy as np
import pytest

from keras_vae_collapse.core.special_ids import UNK
from keras_vae_collapse.tasks.reinflection import DataError, DataWarning, Example, Vocabulary
from keras_vae_collapse.tasks.reinflection.unlabelled_words import IdRows, read_unlabelled

TRAIN = [Example("evler", "num=SG", "ev"), Example("eller", "num=SG", "el")]
DEV = [Example("leve", "num=PL", "leveler")]
VOCABULARY = Vocabulary.from_examples(TRAIN)


def read(tmp_path, *lines, dev=DEV):
    path = tmp_path / "words"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_unlabelled([path], VOCABULARY, TRAIN, dev)


def test_rows_are_padded_to_the_longest_of_a_batch():
    rows = IdRows([4, 3, 5, 6, 7, 3, 3], [2, 4, 1])
    assert len(rows) == 3 and rows.shape == (3, 4)
    assert rows[np.array([2, 0])].tolist() == [[3, 0], [4, 3]]
    assert rows[np.array([1, 1])].tolist() == [[5, 6, 7, 3]] * 2
    kept = rows.chosen(np.array([True, False, True]))
    assert kept[np.array([0, 1])].tolist() == [[4, 3], [3, 0]]


def test_words_are_encoded_in_their_order_and_counted(tmp_path):
    words = read(tmp_path, "veler", "ele", "veler")
    assert len(words) == 3 and words.rows.lengths.tolist() == [6, 4, 6]
    found = words.rows[np.arange(3)]
    assert [VOCABULARY.decode_ids(row) for row in found] == ["veler", "ele", "veler"]
    assert words.sha256 != read(tmp_path, "veler", "ele").sha256


def test_unseen_characters_are_counted_and_read_as_unknown_or_left_out(tmp_path):
    lines = ["aev", "ev", *[f"{c}ele" for c in "bcdfgh"], "bele"]
    with pytest.warns(DataWarning) as warned:
        words = read(tmp_path, *lines)
    text = str(warned[0].message)
    assert "8 of 9 words without features have characters that are not in the labelled" in text
    assert "unlabeled.unseen=drop" in text and "7 characters" in text
    assert "character 'b' (U+0062), 2 times, first in" in text and "words, line 3" in text
    assert text.count("first in") == 5 and text.endswith("and 2 more")
    assert words.sequences()[np.array([0])][0, 0] == UNK
    left = words.sequences("drop")
    assert len(left) == 1 and VOCABULARY.decode_ids(left[np.array([0])][0]) == "ev"


def test_nothing_left_is_an_error(tmp_path):
    with pytest.warns(DataWarning):
        words = read(tmp_path, "abc")
    with pytest.raises(DataError, match="every word has characters that were not seen"):
        words.sequences("drop")
    with pytest.raises(DataError, match="no word is left: all 1 are longer than 15 characters"):
        read(tmp_path, "e" * 16)


def test_words_that_the_model_cannot_write_are_left_out(tmp_path, caplog):
    with caplog.at_level("INFO"):
        assert len(read(tmp_path, "e" * 15, "e" * 16)) == 1
    assert "1 words without features, 1 too long for the model left out" in caplog.text


def test_targets_of_development_and_words_that_have_labels_are_worth_a_warning(tmp_path):
    with pytest.warns(DataWarning, match="1 of 1 development targets are among the words"):
        words = read(tmp_path, "leveler", "ele")
    assert words.known == {"leveler"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a source is no target
        assert read(tmp_path, "leve", "ele").known == {"leve"}
    with pytest.warns(DataWarning, match="all 2 words .* there is nothing new to learn"):
        read(tmp_path, "evler", "el")


def test_memory_stays_bounded_for_many_words(tmp_path):
    path = tmp_path / "many"
    count = 20_000
    path.write_text("elevelerle\n" * count, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracemalloc.start()
        words = read_unlabelled([path], VOCABULARY, TRAIN, DEV)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(words) == count
    # Eleven ids of four bytes, a length and a place, twice while arrays grow and are copied.
    assert peak < 2.5 * count * (11 * 4 + 4 + 8) + 1e6
