"""What there is to say of a run's latent: verdict, what it rests on, and what to try."""

import shlex
import typing
from html import escape

from keras_vae_collapse.diagnostics.html_page import folded, verdict_badge
from keras_vae_collapse.diagnostics.html_report import remedy_list, report_parts
from keras_vae_collapse.diagnostics.saved_report import report_from_dict
from keras_vae_collapse.training.report.train_command import train_command
from keras_vae_collapse.training.report.verdict import remedies_of, use_of_latent
from keras_vae_collapse.training.summary import training_steps

# Names of the figures of an epoch, and of `evaluate`.
_OF_EPOCH = {
    "mutual_information": "mutual_information_nats", "z_gap": "z_gap_nats", "rate": "rate_nats",
    "active_units": "active_units",
}  # fmt: skip


class DiagnosisSection(typing.NamedTuple):
    """A verdict, `None` where there is none, and the HTML of the section."""

    verdict: str | None
    html: str


def diagnosis_section(run) -> DiagnosisSection:
    """The diagnosis of a `RunRecord`: that of `kvc-diagnose`, or what its figures say."""
    command = train_command(run.config.get("data"))
    if run.diagnosis is not None:
        try:
            return _of_report(report_from_dict(run.diagnosis), command)
        except ValueError as error:
            run.missing.append(f"the diagnosis: report.json is damaged, {error}")
    further = f"<code>kvc-diagnose --why --model_dir={escape(shlex.quote(str(run.path)))}</code>"
    figures, steps, when = _latest(run)
    if figures is None:
        return DiagnosisSection(None, "<p>Nothing yet: there are no figures to judge by.</p>")
    verdict, sentence = use_of_latent(figures, steps)
    badge = f"<p>{verdict_badge(verdict)} " if verdict else "<p>"
    remedies = remedy_list(remedies_of(verdict, figures, run.config["recipe"]), command)
    return DiagnosisSection(
        verdict,
        f"{badge}{escape(sentence)} ({escape(when)}).</p>"
        + (f"<h3>What to try, in this order</h3>{remedies}" if remedies else "")
        + f'<p class="note">{further} looks at every dimension and at outputs, says where and why, '
        "and adds that to this page.</p>",
    )


def _of_report(report, command):
    findings, why, *others, remedies, dimensions = report_parts(report, command)
    html = f"<p>{verdict_badge(report.verdict)}</p>{findings[1]}"
    for title, body in (why, remedies):
        html += f"<h3>{escape(title)}</h3>{body}" if body else ""
    for title, body in (*others, dimensions):
        html += folded(title, body) if body else ""
    return DiagnosisSection(report.verdict, html)


def _latest(run):
    """Figures of the kept weights, or of the last epoch; steps of training; which these are."""
    dev = run.metrics.get("dev")
    if isinstance(dev, dict) and set(_OF_EPOCH.values()) | {"examples"} <= dev.keys():
        return dev, training_steps(run.metrics), "figures of the weights that are kept"
    scalars, data = run.dev.scalars, run.config.get("data", {})
    tags = {name: scalars.get(f"epoch_{name}") for name in _OF_EPOCH}
    if not all(tags.values()) or not isinstance(data.get("dev_examples"), int):
        return None, None, ""
    last = min(max(values) for values in tags.values())
    figures = {_OF_EPOCH[name]: values.get(last, 0.0) for name, values in tags.items()}
    recipe = run.config["recipe"]
    an_epoch = recipe.get("epoch_steps") or data.get("train_examples", 0) // recipe["batch_size"]
    return (
        {**figures, "examples": data["dev_examples"]},
        None if run.rounds else (last + 1) * max(an_epoch, 1),
        f"figures of epoch {last + 1}",
    )
