"""The configuration of a run for its page, and how to repeat it."""

from html import escape

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.diagnostics.html_page import folded, table
from keras_vae_collapse.training.report.configuration import run_settings
from keras_vae_collapse.training.report.train_command import begun_by, resumed_by


def configuration_section(run, recipes=None):
    """Settings of a `RunRecord`: what differs from the defaults first, all of them folded away."""
    config = run.config
    name = str(config["recipe"].get("name"))
    try:
        settings = run_settings(config, recipes)
    except (KeyError, TypeError, RecipeError) as error:
        return f"<p>The recipe cannot be read: {escape(str(error))}</p>"
    parts = [
        f"<p>Set for this run, other than recipe {escape(name)} has it:</p>{_code(settings.set)}"
        if settings.set
        else f"<p>Nothing was set: all settings are those of recipe {escape(name)}.</p>"
    ]
    own = [setting for setting in settings.of_recipe if setting not in settings.set]
    parts.append(
        f"<p>What the recipe has other than plain KL, the defaults:</p>{_code(own)}"
        if own
        else "<p>Else every setting has its default: plain KL.</p>"
    )
    if settings.filled:
        parts.append(f"<p>What the task has chosen:</p>{_code(settings.filled)}")
    return "\n".join([*parts, folded("all settings", _code(settings.all))])


def repeat_section(run):
    """Command, seed, data, versions of a `RunRecord`."""
    config = run.config
    command, resume = begun_by(config), resumed_by(config)
    html = f"<pre>{escape(command)}</pre>" if command else ""
    html += (
        '<p class="note">Into this directory again with <code>--overwrite</code>; '
        "<code>--resume</code> goes on with this run.</p>"
        if resume and resume != command
        else '<p class="note">The program that trained it.</p>'
    )
    data, versions = config.get("data", {}), config.get("versions", {})
    rows = [
        ("seed", config.get("seed")),
        ("epochs, at most", config.get("epochs")),
        ("strategy, replicas", f"{config.get('strategy')}, {config.get('replicas', 1)}"),
        *((f"data, {name.replace('_', ' ')}", value) for name, value in data.items()),
        ("parameters of the model", run.metrics.get("parameters")),
        ("commit of keras-vae-collapse", config.get("commit")),
        *((name, value) for name, value in versions.items()),
    ]
    cells = (
        f"<td>{escape(name)}</td><td class='label'>{escape(_text(value))}</td>"
        for name, value in rows
        if value not in (None, [], ())
    )
    return html + table((), cells)


def _code(lines):
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def _text(value):
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)
