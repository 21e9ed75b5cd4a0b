"""From measurements to causes, most likely first."""

import dataclasses

import numpy as np

from keras_vae_collapse.diagnostics.causes import loss, objective, path, training
from keras_vae_collapse.diagnostics.examination.loss_weights import weights_of_loss
from keras_vae_collapse.diagnostics.examination.measuring import ROWS_OF_PASS
from keras_vae_collapse.diagnostics.examination.objectives import DISTANCE, notes_of
from keras_vae_collapse.diagnostics.examination.of_latent_model import measure_latent_model
from keras_vae_collapse.diagnostics.examination.training_on import fall_in_training
from keras_vae_collapse.diagnostics.explanation import Explanation
from keras_vae_collapse.diagnostics.latent_model import LatentModel
from keras_vae_collapse.diagnostics.thresholds import Thresholds
from keras_vae_collapse.diagnostics.verdict import judge_use_of_latent

# Steps of a training beyond which a fall that goes on is too little to be told from noise.
_FEW_STEPS = 1000


def is_used(found):
    """Whether `z` says something about the input that the decoder makes use of."""
    gap = found.z_worth_nats
    figures = {
        "mutual_information_nats": found.information_nats,
        "z_gap_nats": np.inf if gap is None else gap,
        "examples": found.examples,
    }
    return judge_use_of_latent(figures, Thresholds()) is None


def of_model(found, passes, rows, seed):
    """The `Explanation` of a compiled model.

    Args:
        found: its `Measurements`.
        passes: its `Passes`.
        rows: indices of the rows that were measured.
        seed: of all noise.
    """
    used = is_used(found)
    causes = [
        path.z_disconnected(found),
        *_ignored_input(found),
        loss.rate_not_in_loss(found),
        loss.weight_stuck_at_zero(found),
    ]
    # What is a matter of degree would follow from any of these.
    if not any(causes):
        causes += _causes_of_degree(found, passes, rows, used, seed)
    causes.append(loss.padding_counted(found))
    return Explanation(_ordered(causes), _figures(found), _notes(found), not used)


def _ignored_input(found):
    """What ignores the input, and the weight that may have led to it, which then comes first.

    A rate that weighs too much presses the posterior onto the prior until units of the encoder
    die: that they are dead is then what the weight did.
    """
    ignored, heavy = path.posterior_ignores_input(found), loss.distortion_averaged(found)
    survey = found.survey
    cut_off = survey is not None and survey.encoder_blocked and not survey.dead_layer
    if ignored and not cut_off:
        if heavy is None and (found.relative_weight or 0.0) > 1.1:
            heavy = objective.weight_too_high(found)
        if heavy:
            ignored = dataclasses.replace(ignored, score=heavy.score - 0.01)
    return ignored, heavy


def _ordered(causes):
    return sorted(filter(None, causes), key=lambda cause: -cause.score)


def _causes_of_degree(found, passes, rows, used, seed):
    rng = np.random.default_rng(seed)
    size = min(ROWS_OF_PASS, len(rows))
    blocks = [rows[i : i + size] for i in range(0, len(rows), size)]
    kind = found.survey.distortion
    per_loss = 1.0 if kind is None else kind.nats_per_loss
    causes = [objective.weight_too_high(found)]
    lagging = training.encoder_lags(found)
    if lagging is not None and lagging.score < 0.9:
        fall = fall_in_training(passes, blocks, 12, rng, found.survey.encoder_weights)
        lagging = training.encoder_lags(found, fall * per_loss)
    causes.append(lagging)
    few = found.iterations is not None and found.iterations <= _FEW_STEPS
    if few and (not used or any(causes)):
        steps = int(np.clip(found.iterations // 5, 10, 20))
        alone = kind if found.objective == DISTANCE else None
        fall = fall_in_training(passes, blocks, steps, rng, distortion=alone) * per_loss
        causes.append(training.too_short(found, fall, steps))
    if not used:
        causes.append(objective.generator_strong(found))
        if found.singular_values is not None and found.singular_values[0] < objective.FLAT:
            causes.append(objective.not_identifiable(found))
        elif not any(causes):
            causes.append(training.undecided(found) or objective.not_identifiable(found))
    return causes


def _figures(found):
    names = (
        "rate_nats", "information_nats", "distortion_nats", "z_worth_nats", "prior_worth_nats",
        "history_worth_nats", "worth_by_position", "rate_weight", "relative_weight",
        "amortisation_gap_nats", "singular_values", "eigenvalues", "examples", "iterations",
    )  # fmt: skip
    return {n: getattr(found, n) for n in names if getattr(found, n) is not None}


def _notes(found):
    notes = []
    if found.survey is not None:
        notes += notes_of(found.survey.passes.sites[0], found.rate_nats)
    if found.survey is not None and found.survey.distortion is None:
        notes.append(
            "The distortion was not recognised in the loss (categorical, binary, squared or "
            "absolute), so that its scale, its positions and the decoder's Jacobian were not "
            "looked at."
        )
    return notes


def of_callables(latent, seed, model=None, data=None):
    """The `Explanation` of a `LatentModel`, and of the loss of its model if there is one.

    Raises:
        ValueError: it is no `LatentModel`, or holds fewer than two examples.
    """
    if not isinstance(latent, LatentModel):
        raise ValueError(
            "`latent` must be a LatentModel where there is no model to look into. "
            f"Received: latent={latent!r}"
        )
    if len(latent) < 2:
        raise ValueError(f"`latent` must hold at least two examples. Received: {len(latent)}")
    found = measure_latent_model(latent, seed)
    notes = [
        "No latent layer was looked into: what the decoder sees beside z, the dead layers of the "
        "encoder and the padding are not known."
    ]
    fitted = None
    if model is not None:
        fitted = weights_of_loss(model, data, latent, np.random.default_rng(seed))
        if model.optimizer is not None:
            found.iterations = int(model.optimizer.iterations)
    if fitted is None:
        notes.append(
            "The loss was not split into distortion and rate: its scales are not known. (That "
            "takes a compiled model, and callables in TensorFlow that use its weights.)"
        )
    else:
        found.distortion_weight, found.rate_weight = fitted.distortion, fitted.rate
        found.relative_weight = fitted.rate / max(fitted.distortion, 1e-12)
        least = max(loss.LEAST_WEIGHT, 2.5 * fitted.error)
        found.rate_in_loss = abs(found.relative_weight) >= least
    used = is_used(found)
    causes = [path.z_disconnected(found), path.posterior_ignores_input(found)]
    causes += [loss.rate_not_in_loss(found), loss.distortion_averaged(found)]
    if not any(causes):
        causes += [objective.weight_too_high(found), training.encoder_lags(found)]
        if not used and not any(causes):
            causes.append(objective.not_identifiable(found))
    return Explanation(_ordered(causes), _figures(found), notes, not used)
