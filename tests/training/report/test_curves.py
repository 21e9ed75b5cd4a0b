"""Charts and verdict of the epochs of a run that has no final figures yet."""

import pathlib
import re
import types

import pytest

import zoo
from keras_vae_collapse.tensorboard.event_log import EventLog
from keras_vae_collapse.training.report.curves import Chart, Line, chart_pictures, curve_charts
from keras_vae_collapse.training.report.diagnosis_section import diagnosis_section


def a_run(train=(), dev=(), rounds=(), **settings):
    """The record of a run with these values, `{name: [of each epoch]}`."""

    def log(values):
        return EventLog(
            {f"epoch_{name}": dict(enumerate(found)) for name, found in dict(values).items()}, {}
        )

    recipe = zoo.recipe("mdr").replace(batch_size=64, **settings)
    data = {"name": "demo", "train_examples": 640, "dev_examples": 1000}
    return types.SimpleNamespace(
        config={"recipe": recipe.to_config(), "data": data}, train=log(train), dev=log(dev),
        metrics={}, rounds=rounds, diagnosis=None, path=pathlib.Path("run"), missing=[],
    )  # fmt: skip


def test_the_negative_elbo_of_the_development_set_is_distortion_and_rate_from_epoch_1():
    train = {"rate": [6.0, 5.0], "negative_elbo": [16.0, 15.0]}
    charts, _ = curve_charts(a_run(train, {"rate": [4.0, 3.0], "distortion": [10.0, 9.0]}))
    lines = {chart.caption: {n: values for n, values in chart.lines} for chart in charts}
    elbo = lines["Negative ELBO, D + R"]
    assert elbo == {"training": {1: 16.0, 2: 15.0}, "development set": {1: 14.0, 2: 12.0}}
    assert lines["Rate R"]["development set"] == {1: 4.0, 2: 3.0}


@pytest.mark.parametrize(
    ("target", "level"),
    [(40, (40, "target")), (7.5, (7.5, "target")), ({"class": "LinearAnnealing"}, None)],
)
def test_a_target_that_is_a_number_is_a_line_across_the_rate(target, level):
    rate_term = {"class": "MDRConstraint", "rate_nats": target}
    (chart, *_), _ = curve_charts(a_run({"rate": [6.0, 5.0]}, rate_term=rate_term))
    assert (chart.caption, chart.level) == ("Rate R", level)


def test_each_figure_stands_in_one_chart_the_task_s_own_among_the_first():
    train = ("rate", "distortion", "multiplier", "loss", "learning_rate")
    dev = (
        "rate", "distortion", "accuracy", "token_error_rate", "bleu", "z_gap", "active_units",
        "distinct", "constrained_elbo", "mutual_information",
    )  # fmt: skip
    main, others = curve_charts(a_run({n: [1.0] for n in train}, {n: [1.0] for n in dev}))
    assert {chart.caption: [line.label for line in chart.lines] for chart in main} == {
        "Rate R": ["training", "development set"],
        "Distortion D": ["training", "development set"],
        "Negative ELBO, D + R": ["development set"],
        "Outputs on the development set": ["accuracy", "token error rate"],
        "Bleu, development set": ["bleu"],
        "Multiplier, of the rate term": ["multiplier"],
        "Active units, the dimensions of z that vary with the input": ["active units"],
        "What z carries, and what the decoder makes of it": ["mutual information", "z gap"],
    }
    assert [chart.caption for chart in others] == [
        "loss, training", "learning rate, training", "constrained elbo, development set",
        "distinct, development set",
    ]  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_the_axis_has_whole_epochs(epochs):
    values = {epoch + 1: 20.0 + epoch for epoch in range(epochs)}
    ((_, picture),) = chart_pictures([Chart("a", "nats", [Line("b", values)])])
    below = picture[: picture.index(">epoch<")]
    ticks = re.findall(r"<text[^>]*>([\d.]+)</text>", below)
    assert ticks == [str(epoch) for epoch in values]


@pytest.mark.parametrize(
    ("epochs", "settings", "verdict"),
    [
        (19, {}, "too short to judge"),  # of ten batches each
        (20, {}, "collapsed"),
        (3, {"epoch_steps": 60}, "too short to judge"),
        (4, {"epoch_steps": 60}, "collapsed"),
        (3, {"rounds": (9,)}, "collapsed"),  # nobody knows how long the rounds before were
    ],
)
def test_epochs_are_counted_in_steps_where_a_verdict_is_due(epochs, settings, verdict):
    names = ("mutual_information", "z_gap", "rate", "active_units")
    run = a_run(dev={name: [0.01] * epochs for name in names}, **settings)
    assert diagnosis_section(run).verdict == verdict
