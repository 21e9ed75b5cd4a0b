"""Figures as text for a terminal."""

_ROWS = (
    ("accuracy", "accuracy", "{:.4f}"),
    ("levenshtein", "Levenshtein distance", "{:.4f}"),
    ("normalized_levenshtein", "normalised Levenshtein", "{:.4f}"),
    ("mrr", "mean reciprocal rank", "{:.4f}"),
)
_LATENT_ROWS = (
    ("distortion_nats", "distortion D (nats/word)", "{:.3f}"),
    ("rate_nats", "rate R (nats/word)", "{:.3f}"),
    ("iw_nll_nats", "importance-weighted NLL (nats/word)", "{:.3f}"),
    ("mutual_information_nats", "mutual information (nats)", "{:.3f}"),
    ("active_units", "active units", "{:d}"),
    ("z_gap_nats", "z gap (nats/word)", "{:.3f}"),
    ("prior_gap_nats", "prior gap (nats/word)", "{:.3f}"),
    ("distinct_outputs", "distinct outputs", "{:d}"),
    ("count", "words", "{:d}"),
)


def figures_table(figures):
    """The figures of `evaluate_model` as an aligned table, per part of speech below."""
    beam = figures.get("beam")
    lines = [f"{'':38s}{'greedy':>10s}" + (f"{'beam ' + str(beam['width']):>10s}" if beam else "")]
    for name, label, form in _ROWS:
        cells = [form.format(figures[name])] + ([form.format(beam[name])] if beam else [])
        lines.append(f"{label:38s}" + "".join(f"{cell:>10s}" for cell in cells))
    lines += [
        f"{label:38s}{form.format(figures[name]):>10s}"
        for name, label, form in _LATENT_ROWS
        if name in figures
    ]
    if len(figures.get("per_pos", {})) > 1:
        lines += ["", f"{'part of speech':16s}{'words':>8s}{'accuracy':>10s}{'Levenshtein':>13s}"]
        lines += [
            f"{pos:16s}{part['count']:8d}{part['accuracy']:10.4f}{part['levenshtein']:13.4f}"
            for pos, part in figures["per_pos"].items()
        ]
    return "\n".join(lines)


def training_summary(metrics, run):
    """What `train.py` prints last: the figures on the development set and where things are."""
    paths = [run.model, run.export, run.metrics, run.predictions, run.logs, run.checkpoints]
    if "teacher" in metrics:
        paths += [run.teacher, run.back_translations]
    return "\n".join(
        [
            "",
            f"development set, weights of epoch {metrics['best_epoch']}",
            figures_table(metrics["dev"]),
            "",
            "written:",
            *(f"  {path}" for path in paths),
            f"watch:    tensorboard --logdir {run.logs}",
            f"diagnose: python -m keras_vae_collapse.diagnose --model_dir={run.path} --file=FILE",
        ]
    )
