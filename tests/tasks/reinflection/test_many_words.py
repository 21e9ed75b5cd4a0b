"""Many words are inflected in batches, and the forms come in the order of the words."""

import pytest

from keras_vae_collapse.tasks.reinflection.many_words import inflect_many


class Model:
    """Writes the features behind each word, and remembers the batches."""

    def __init__(self):
        self.batches = []

    def inflect(self, sources, features):
        self.batches.append(sources)
        return [source + wanted for source, wanted in zip(sources, features, strict=True)]


WORDS = ["e" * (number % 9 + 1) + str(number) for number in range(5000)]


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_forms_come_in_order_and_words_in_batches_of_like_lengths(verbose, capsys):
    model, features = Model(), [f"-{number}" for number in range(5000)]
    forms = inflect_many(model, WORDS, features, verbose)
    assert forms == [word + wanted for word, wanted in zip(WORDS, features, strict=True)]
    assert [len(batch) for batch in model.batches] == [2048, 2048, 904]
    # Words of one length stay in their order.
    assert sum(model.batches, []) == sorted(WORDS, key=len)
    said = capsys.readouterr().out
    assert said.startswith("inflecting 5,000 words for the next round\n" if verbose else "")
    assert ("5000/5000" in said) == (verbose == 1) and (said.count("\n") == 1) == (verbose == 2)


def test_by_default_nothing_is_said(capsys):
    assert inflect_many(Model(), ["ev"], ["ler"]) == ["evler"]
    assert capsys.readouterr().out == ""
