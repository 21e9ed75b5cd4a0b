import pytest
from small_export import EXAMPLES as KNOWN
from small_export import small_model

from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.projector_labels import (
    COLUMNS,
    examples_with_lemmas,
    features_of_forms,
    labels,
    projector_data,
)

EXAMPLES = [
    Example("evler", "pos=N,case=ABL,num=SG", "evden"),
    Example("evler", "pos=N,case=DAT,num=SG", "eve"),
    Example("geldi", "pos=V,tense=PRS", "gelir"),
]
TASK_1 = [
    Example("ev", "pos=N,case=NOM,num=PL", "evler"),
    Example("ev", "pos=N,case=DAT,num=SG", "eve"),
]
TASK_2 = [
    Example("evler", "pos=N,case=ABL,num=SG", "evden", source_features="pos=N,num=PL"),
    Example("geldi", "pos=V,tense=PRS", "gelir", source_features="pos=V,tense=PST"),
]


def test_unknown_lemma_and_features_are_a_dash():
    assert list(labels(EXAMPLES[-1:])) == [("geldi", "-", "V", "-", "pos=V,tense=PRS")]


def test_lemma_and_features_come_from_a_task_1_file():
    row = next(labels(EXAMPLES, TASK_1))
    assert row == ("evler", "ev", "N", "pos=N,case=NOM,num=PL", "pos=N,case=ABL,num=SG")


def test_in_a_file_with_tags_a_source_is_a_lemma_and_the_first_tag_its_part_of_speech():
    examples = [Example("go", "V;PST", "went"), Example("ox", "N", "ox")]
    assert list(labels(examples)) == [("go", "go", "V", "-", "V;PST"), ("ox", "ox", "N", "-", "N")]


def test_rows_of_task_2_connect_forms_to_the_lemma_of_task_1():
    rows = list(labels([Example("evden", "pos=N", "eve")], TASK_1 + TASK_2))
    assert rows[0][1] == "ev"


def test_own_source_features_come_first():
    assert next(labels(TASK_2, TASK_1))[3] == "pos=N,num=PL"


def test_ambiguous_form_has_all_its_features():
    examples = [Example("ev", "case=ACC", "evi"), Example("ev", "poss=PSS3S", "evi")]
    assert features_of_forms(examples) == {"evi": "case=ACC or poss=PSS3S"}


def test_each_source_is_shown_once_by_its_posterior_mean():
    model = small_model()
    again = [Example(e.source, "pos=N", "x") for e in KNOWN]
    vectors, columns, rows = projector_data(model, [*KNOWN, *again])
    assert columns == COLUMNS and [row[0] for row in rows] == [e.source for e in KNOWN]
    assert [row[-1] for row in rows] == [e.features for e in KNOWN]
    assert vectors == pytest.approx(model.encode([e.source for e in KNOWN])[0])
    with pytest.raises(ValueError, match="`examples` must hold"):
        projector_data(model, [])


def test_lemmas_are_found_beside_a_directory_of_data_and_nowhere_else(tmp_path):
    row = "ev\tpos=N,num=PL\tevler\n"
    (tmp_path / "turkish-task1-dev").write_text(row, encoding="utf-8")
    (found,) = examples_with_lemmas(str(tmp_path), "turkish")
    assert (found.source, found.target) == ("ev", "evler")
    assert examples_with_lemmas(str(tmp_path), "finnish") == []
    assert examples_with_lemmas("sigmorphon2016", "turkish") == []
