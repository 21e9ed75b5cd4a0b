import dataclasses

import pytest

from keras_vae_collapse.tasks.reinflection.lemmas import lemma_of_forms


@dataclasses.dataclass
class Row:
    source: str
    target: str


def test_lemma_of_task_1_is_the_source_and_forms_of_two_lemmas_are_left_out():
    rows = [Row("yüz", "yüzü"), Row("yüzmek", "yüzü"), Row("ev", "evde"), Row("ev", None)]
    lemmas = lemma_of_forms(rows, task=1)
    assert lemmas == {"yüz": "yüz", "yüzmek": "yüzmek", "ev": "ev", "evde": "ev"}


def test_lemma_of_task_2_is_the_shortest_of_the_forms_that_rows_connect():
    rows = [Row("evler", "evde"), Row("gözün", "gözde"), Row("evi", "evden"), Row("evden", "evler")]
    lemmas = lemma_of_forms(rows, task=2)
    assert {lemmas[form] for form in ("evler", "evde", "evi", "evden")} == {"evi"}
    assert lemmas["gözün"] == lemmas["gözde"] == "gözde"


def test_bad_lemma_sources_are_refused():
    with pytest.raises(ValueError, match="task.*1 or 2.*3"):
        lemma_of_forms([Row("a", "b")], task=3)
    with pytest.raises(ValueError, match="at least one row"):
        lemma_of_forms([Row("a", None)], task=1)
