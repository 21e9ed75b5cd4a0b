"""One model, or several together, for commands that take `--model_dir` more than once."""

from keras_vae_collapse.core.errors import RunError


def load_models(folders):
    """The model of a folder, or the `ReinflectionEnsemble` of those of several.

    Raises:
        RunError: a model cannot be loaded, or the models cannot work together.
    """
    from keras_vae_collapse.runs import load_model

    if len(folders) == 1:
        return load_model(folders[0])
    from keras_vae_collapse.tasks.reinflection import ReinflectionEnsemble

    models = [load_model(folder) for folder in folders]
    try:
        return ReinflectionEnsemble(models)
    except ValueError as error:
        named = ", ".join(map(str, folders))
        raise RunError(f"{named} are no ensemble: {error}") from error


def ensemble_figures(task, ensemble, examples, beam_width):
    """The task's figures of an ensemble, which has no one latent to measure.

    Returns:
        `(figures, outputs)` as `training.evaluate`, the figures without those of a latent.
    """
    outputs = task.outputs(ensemble, examples)
    figures = {"members": len(ensemble.members), **task.figures(examples, outputs)}
    if beam_width > 1:
        outputs = task.outputs(ensemble, examples, beam_width)
        figures["beam"] = {"width": beam_width, **task.figures(examples, outputs)}
    return figures, outputs
