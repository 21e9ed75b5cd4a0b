"""Charts and verdict of the epochs of a run that has no final figures yet."""

import pathlib
import re
import types

import pytest
from matplotlib.figure import Figure

import zoo
from keras_vae_collapse.tensorboard.event_log import EventLog
from keras_vae_collapse.training.report import curves
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


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(chart, ...)`: the axes of its picture."""

    def axes_of(chart, **options):
        axes = Figure().add_subplot()
        monkeypatch.setattr(curves, "svg", lambda draw, size: draw(axes))
        ((caption, _),) = chart_pictures([chart], **options)
        assert caption == chart.caption
        return axes

    return axes_of


def lines_of(axes):
    """`{label: [(x, y), ...]}` of the curves, and positions of the upright and the level lines."""
    curves, upright, level = {}, [], []
    for line in axes.lines:
        x, y = list(line.get_xdata()), list(line.get_ydata())
        if not line.get_label().startswith("_"):
            curves[line.get_label()] = list(zip(x, y, strict=True))
        elif x == [0, 1]:
            level.append(y[0])
        else:
            upright.append(x[0])
    return curves, upright, level


def test_a_picture_has_its_lines_the_kept_epoch_the_rounds_and_the_level(drawn):
    lines = [Line("one", {2: 3.0, 3: 8.0}), Line("two", {1: 1.0})]
    axes = drawn(Chart("a", "nats", lines, (6, "target")), kept_epoch=3, rounds=(1, 2))
    found = {"one": [(2, 3.0), (3, 8.0)], "two": [(1, 1.0)]}
    assert lines_of(axes) == (found, [3, 1.5, 2.5], [6])
    assert [text.get_text() for text in axes.texts] == ["target"] and axes.texts[0].xy == (0, 6)
    assert axes.get_xlim() == (0.5, 3.5)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two"]
    alone = drawn(Chart("a", "nats", lines[:1]))
    assert lines_of(alone) == ({"one": found["one"]}, [], []) and alone.get_legend() is None


@pytest.mark.parametrize(
    ("level", "values", "top"), [(12, [3.0, 4.0], 13.2), (0, [3.0, 4.0], 4.4), (0, [0.0], 1.1)]
)
def test_the_axis_of_dimensions_begins_at_none_and_has_room_for_all(drawn, level, values, top):
    line = Line("active units", dict(enumerate(values, 1)))
    axes = drawn(Chart("a", "dimensions", [line], (level, "all")))
    assert axes.get_ylim() == (0, pytest.approx(top))


@pytest.mark.parametrize(("epochs", "marker"), [(29, "o"), (30, "None")])
def test_epochs_are_marked_while_there_are_few(drawn, epochs, marker):
    axes = drawn(Chart("a", "", [Line("b", dict.fromkeys(range(1, epochs + 1), 1.0))]))
    assert axes.lines[0].get_marker() == marker


def test_no_line_of_many_is_lost(drawn):
    lines = [Line(f"line {number}", {1: 1.0}) for number in range(9)]
    assert len(lines_of(drawn(Chart("a", "", lines)))[0]) == 9


def test_the_level_of_the_active_units_is_the_number_of_dimensions():
    (chart,), _ = curve_charts(a_run(dev={"active_units": [1.0]}, latent_dim=12))
    assert (chart.unit, chart.level) == ("dimensions", (12, "all"))
    run = a_run(dev={"active_units": [1.0]}, rate_term=None)
    del run.config["recipe"]["latent_dim"]
    assert curve_charts(run)[0][0].level == (0, "all")


def test_a_verdict_is_of_the_last_epoch_that_has_all_figures():
    names = ("mutual_information", "z_gap", "rate", "active_units")
    run = a_run(dev={name: [0.01] * 20 + [9.0] for name in names[1:]} | {names[0]: [3.0] * 20})
    run.dev.scalars["epoch_z_gap"][19] = 5.0
    found = diagnosis_section(run)
    assert found.verdict is None and "(figures of epoch 20)" in found.html
    assert "z carries 3.00 nats" in found.html and "is 5.00 nats lower" in found.html
    del run.dev.scalars["epoch_rate"]
    assert "there are no figures to judge by" in diagnosis_section(run).html


def test_an_epoch_has_a_step_at_least():
    names = ("mutual_information", "z_gap", "rate", "active_units")
    for epochs, verdict in ((199, "too short to judge"), (200, "collapsed")):
        run = a_run(dev={name: [0.01] * epochs for name in names})
        run.config["data"]["train_examples"] = 9
        assert diagnosis_section(run).verdict == verdict
