"""The page of a run: `report.html` in its directory."""

import os
import pathlib
from html import escape

from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.diagnostics.html_page import folded, page, plots, section, verdict_badge
from keras_vae_collapse.training.report.configuration_section import (
    configuration_section,
    repeat_section,
)
from keras_vae_collapse.training.report.curves import chart_pictures, curve_charts
from keras_vae_collapse.training.report.diagnosis_section import diagnosis_section
from keras_vae_collapse.training.report.final_figures import figures_section
from keras_vae_collapse.training.report.latent_pictures import latent_pictures
from keras_vae_collapse.training.report.predictions import predictions_html
from keras_vae_collapse.training.report.run_record import STOPPED, TRAINING, read_run
from keras_vae_collapse.training.report.samples import samples_section
from keras_vae_collapse.training.report.train_command import resumed_by
from keras_vae_collapse.training.summary import PAGE


def write_run_page(path: str | os.PathLike, recipes=None) -> pathlib.Path:
    """Writes the page of a run, whatever of the run is there yet; the old page is replaced whole.

    It is made of what the run has left: event files, `metrics.json`, `config.json`, the
    projector's files, and `report.json` of `kvc-diagnose`. No model is loaded.

    Args:
        path: the run directory.
        recipes: where recipes come from: an object with `recipe(name)`, to tell what was set
            from what the recipe has; or `None`.

    Returns:
        The path of the page.

    Raises:
        RunError: it is no run directory, or its `config.json` is damaged.
        OSError: the page cannot be written.
    """
    file = pathlib.Path(path) / PAGE
    write_text(file, run_page(path, recipes))
    return file


def run_page(path: str | os.PathLike, recipes=None) -> str:
    """The page itself, one file of HTML; see `write_run_page`."""
    run = read_run(path)
    charts, others = curve_charts(run)
    pictures = [chart_pictures(c, run.kept_epoch, run.rounds) for c in (charts, others)]
    diagnosis = diagnosis_section(run)
    sections = [
        _head(run, diagnosis.verdict),
        _section("Figures on the development set", figures_section(run)),
        _section("Figures on held-out examples", figures_section(run, "held_out")),
        _section("Curves", _curves(run, *pictures)),
        _section("Predictions", _predictions(run)),
        _section("Samples from the prior", samples_section(run)),
        _section("Latent space", _plots(latent_pictures(run))),
        section("Diagnosis", diagnosis.html),
        section("Configuration", configuration_section(run, recipes)),
        section("How to repeat it", repeat_section(run)),
    ]
    return page(f"{run.path.name}: {run.config['recipe'].get('name', 'a run')}", sections)


def _section(title, html):
    return section(title, html) if html else ""


def _plots(pictures):
    return plots(pictures) if pictures else ""


def _head(run, verdict):
    recipe, data = run.config["recipe"], run.config.get("data", {})
    name, summary = recipe.get("name", "a recipe of one's own"), recipe.get("summary", "")
    data_name = " ".join(str(data[key]) for key in ("name", "language") if data.get(key))
    lines = [
        f"recipe <strong>{escape(str(name))}</strong>: {escape(str(summary))}",
        f"task {escape(str(run.config.get('task', 'reinflection')))}, data {escape(data_name)}"
        + "".join(
            f", {data[key]:,} {label}"
            for key, label in (
                ("train_examples", "training examples"),
                ("dev_examples", "development examples"),
            )
            if isinstance(data.get(key), int)
        ),
        _progress(run),
    ]
    badge = f" {verdict_badge(verdict)}" if verdict else ""
    missing = ""
    if run.missing:
        items = "".join(f"<li>{escape(text)}</li>" for text in run.missing)
        missing = f'<p class="note">Not here yet, or missing:</p><ul class="note">{items}</ul>'
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<section>\n<h1>{escape(_name(run.path))}{badge}</h1>\n{body}{missing}\n</section>"


def _name(path):
    return pathlib.Path(os.path.abspath(path)).name


def _progress(run):
    """How far the run is, as HTML."""
    planned = run.config.get("epochs")
    of = f" of {planned}" if isinstance(planned, int) and not run.rounds else ""
    if run.state == TRAINING:
        return f"<strong>in training</strong>: {run.epochs}{of} epochs done when this was written"
    resume = resumed_by(run.config)
    further = f"; go on with <code>{escape(resume)}</code>" if resume else ""
    if run.state == STOPPED:
        return f"<strong>stopped before its end</strong> after {run.epochs}{of} epochs{further}"
    metrics = run.metrics
    ended = {
        "epochs": "all epochs done",
        "patience": "the last epochs made it no better",
        "max_minutes": "the time limit ended it",
    }.get(metrics.get("ended_by", ""), f"ended by {metrics.get('ended_by', 'itself')}")
    minutes = metrics.get("training_minutes")
    time = f", {minutes:.1f} minutes of training" if isinstance(minutes, float) else ""
    further = further if ended.startswith("ended by SIG") else ""
    done = f"finished after {metrics.get('epochs', run.epochs)}{of} epochs"
    return f"{done}: {escape(ended)}{time}{further}"


def _curves(run, main, others):
    if not main:
        return ""
    notes = []
    if run.kept_epoch is not None:
        notes.append(f"Dotted line: epoch {run.kept_epoch}, whose weights are kept.")
    if run.rounds:
        notes.append("Thin lines part the rounds.")
    note = f'<p class="note">{" ".join(notes)}</p>' if notes else ""
    return note + plots(main) + (folded("other curves", plots(others)) if others else "")


def _predictions(run):
    tables = run.dev.texts.get("sample_predictions", {})
    if not tables:
        return ""
    kept = (run.kept_epoch or 0) - 1
    step = kept if kept in tables else max(tables)
    table = predictions_html(tables[step])
    note = f"After epoch {step + 1}, greedy search. "
    if (run.path / "predictions-dev.tsv").is_file():
        note += "All of the development set: <code>predictions-dev.tsv</code>."
    first = min(tables)
    before = predictions_html(tables[first]) if first < step else ""
    earlier = folded(f"the same after epoch {first + 1}", before) if before else ""
    return f'<p class="note">{note}</p>{table}{earlier}' if table else ""
