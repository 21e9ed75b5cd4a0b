import dataclasses

import pytest

from keras_vae_collapse.tasks.reinflection import read_predictions, score_predictions


@dataclasses.dataclass(frozen=True)
class Row:
    source: str
    features: str
    target: str
    source_features: str = ""


EV = Row("evler", "pos=N,case=ABL", "evden")
KOS = Row("koşar", "pos=V,tense=PST", "koştu")


def test_hand_worked_scores_of_two_parts_of_speech():
    # evden: substitution of one letter in five, gold second. koştu: two deletions, no gold.
    scores = score_predictions([EV, KOS], [["evdan", "evden"], ["koş"]])
    assert scores["accuracy"] == 0.0
    assert scores["levenshtein"] == (1 + 2) / 2
    assert scores["normalized_levenshtein"] == pytest.approx((1 / 5 + 2 / 5) / 2)
    assert scores["mrr"] == (1 / 2 + 0) / 2
    assert scores["count"] == 2
    names = ("accuracy", "levenshtein", "normalized_levenshtein", "mrr", "count")
    noun, verb = (
        dict(zip(names, v, strict=True)) for v in ((0, 1, 0.2, 0.5, 1), (0, 2, 0.4, 0, 1))
    )
    assert scores["per_pos"] == {"N": noun, "V": verb}


@pytest.mark.parametrize(
    ("gold", "forms", "expected"),
    [
        # Five insertions after a gold of five letters: 5 / 5, not 5 / 10.
        (EV, ["evdenevden"], {"normalized_levenshtein": 1.0}),
        # Only the best form counts for accuracy and distance; the rank is the first occurrence's.
        (EV, ["evden", "evdan"], {"accuracy": 1.0, "levenshtein": 0.0, "mrr": 1.0}),
        (EV, ["a", "a", "evden", "evden"], {"accuracy": 0.0, "mrr": 1 / 3}),
        # Code points count, not bytes; composed and decomposed letters differ, and so does case.
        (KOS, ["kostu"], {"levenshtein": 1.0}),
        (Row("şehir", "pos=N", "ş"), ["s\u0327"], {"accuracy": 0.0, "levenshtein": 2.0}),
        (Row("i", "pos=N", "İ"), ["i"], {"accuracy": 0.0}),
    ],
)
def test_scores_of_one_example(gold, forms, expected):
    scores = score_predictions([gold], [forms])
    assert {name: scores[name] for name in expected} == pytest.approx(expected)


def test_overall_is_the_mean_over_examples_not_over_parts_of_speech():
    third = dataclasses.replace(EV, source="ev")
    scores = score_predictions([EV, third, KOS], [["evden"], ["evden"], ["koş"]])
    assert scores["accuracy"] == pytest.approx(2 / 3)


def test_missing_prediction_is_the_empty_form():
    scores = score_predictions([EV, KOS], [[], ["koştu"]])
    assert scores["accuracy"] == 0.5
    assert scores["levenshtein"] == 5 / 2
    assert scores["normalized_levenshtein"] == 1 / 2
    assert scores["mrr"] == 0.5
    assert scores["per_pos"]["N"]["normalized_levenshtein"] == 1.0


def test_repeated_example_counts_once_with_its_first_prediction():
    scores = score_predictions([EV, EV, KOS], [["evden"], ["wrong"], ["koş"]])
    assert scores["count"] == 2
    assert scores["accuracy"] == 0.5


def test_two_gold_forms_of_one_input_both_count():
    other = dataclasses.replace(EV, target="evdan")
    scores = score_predictions([EV, other], [["evden", "evdan"]] * 2)
    assert (scores["count"], scores["accuracy"], scores["mrr"]) == (2, 0.5, 0.75)


def test_part_of_speech_is_found_anywhere_and_unimorph_has_it_first():
    rows = [Row("a", "case=ABL,pos=N", "b"), Row("a", "V;PST", "b")]
    assert sorted(score_predictions(rows, [["b"], ["b"]])["per_pos"]) == ["N", "V"]


def test_file_and_lists_score_alike(tmp_path):
    path = tmp_path / "predictions.tsv"
    path.write_text(
        "evler\tpos=N,case=ABL\tevdan\nkoşar\tpos=V,tense=PST\tkoş\r\n"
        "evler\tpos=N,case=ABL\tevden\n",
        encoding="utf-8",
    )
    predictions = read_predictions(path)
    assert predictions == {
        ("evler", "pos=N,case=ABL"): ["evdan", "evden"],
        ("koşar", "pos=V,tense=PST"): ["koş"],
    }
    lists = [["evdan", "evden"], ["koş"]]
    assert score_predictions([EV, KOS], predictions) == score_predictions([EV, KOS], lists)


def test_task_2_key_holds_the_source_features(tmp_path):
    path = tmp_path / "predictions.tsv"
    path.write_text("pos=N,num=PL\tevler\tpos=N,case=ABL\tevden\n", encoding="utf-8")
    gold = dataclasses.replace(EV, source_features="pos=N,num=PL")
    assert score_predictions([gold], read_predictions(path))["accuracy"] == 1.0


def test_empty_form_in_a_file_is_a_prediction(tmp_path):
    path = tmp_path / "predictions.tsv"
    path.write_text("evler\tpos=N,case=ABL\t\n", encoding="utf-8")
    assert score_predictions([EV], read_predictions(path))["levenshtein"] == 5.0


@pytest.mark.parametrize(
    "content, named",
    [(b"a\tb\n", "line 1"), (b"a\tb\tc\n\n", "line 2"), (b"a\tb\t\xff\n", "not UTF-8")],
)
def test_bad_line_is_named(tmp_path, content, named):
    path = tmp_path / "predictions.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=named) as error:
        read_predictions(path)
    assert str(path) in str(error.value)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="at least one example"):
        score_predictions([], [])
    with pytest.raises(ValueError, match="1 lists for 2 examples"):
        score_predictions([EV, KOS], [["evden"]])
    with pytest.raises(ValueError, match="list of forms"):
        score_predictions([EV], ["evden"])
    with pytest.raises(ValueError, match="without a gold form"):
        score_predictions([dataclasses.replace(EV, target="")], [["evden"]])
