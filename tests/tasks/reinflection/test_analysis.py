from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.analysis import analysis_figures, analysis_lines

EXAMPLES = [
    Example("", "pos=N,num=PL", "a"),
    Example("", "num=SG,pos=N", "b"),
    Example("", "pos=V", "c"),
]


def test_attributes_count_by_value_or_absence_in_any_order():
    figures = analysis_figures(EXAMPLES, ["pos=N,num=SG", "pos=N,num=SG", "pos=V,case=ABL"])
    assert figures["accuracy"] == 1 / 3 and figures["count"] == 3
    assert figures["per_attribute"] == {"case": 2 / 3, "num": 2 / 3, "pos": 1.0}
    lines = analysis_lines(figures)
    assert lines[2].split() == ["all", "features", "0.3333"] and lines[-1].split()[0] == "pos"


def test_tags_count_one_by_one():
    figures = analysis_figures([Example("", "N;PL", "a")], ["N;SG"], ";")
    assert figures["per_attribute"] == {"N": 1.0, "PL": 0.0, "SG": 0.0}
