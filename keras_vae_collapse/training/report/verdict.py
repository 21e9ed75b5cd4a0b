"""What the figures of a run say of its latent, without another look at the model."""

from keras_vae_collapse.diagnostics import Thresholds
from keras_vae_collapse.diagnostics.remedies import (
    COLLAPSED,
    HEALTHY,
    IGNORED,
    UNDECIDED,
    Remedy,
    remedies_for,
)
from keras_vae_collapse.diagnostics.verdict import judge_use_of_latent


def use_of_latent(figures, steps) -> tuple[str | None, str]:
    """A verdict, `None` where z is used, and a sentence with the figure behind it.

    Args:
        figures: with `mutual_information_nats`, `z_gap_nats` and `examples`, as of `evaluate`.
        steps: optimizer steps of the training, `None` if they are not known.
    """
    verdict = judge_use_of_latent(figures, Thresholds(), steps)
    information, gap = figures["mutual_information_nats"], figures["z_gap_nats"]
    carried = f"z carries {max(information, 0.0):.2f} nats about the input"
    sentences = {
        COLLAPSED: f"{carried}, next to nothing",
        IGNORED: f"{carried}, but another z costs only {gap:.2f} nats",
        UNDECIDED: f"{carried} after {steps} steps; train longer",
        None: f"{carried}, and the decoder uses it: with the z of another example the "
        f"log-likelihood is {gap:.2f} nats lower",
    }
    return verdict, sentences[verdict]


def remedies_of(verdict, figures, recipe) -> list[Remedy]:
    """What to try, best first, as far as figures tell.

    Args:
        verdict: of `use_of_latent`.
        figures: also with `rate_nats` and `active_units`.
        recipe: its configuration, which is not recommended again.
    """
    cause = _cause(figures, recipe) if verdict == COLLAPSED else None
    known = figures["examples"], figures["rate_nats"], figures["active_units"], recipe
    return remedies_for(verdict or HEALTHY, cause, *known)


def _cause(figures, recipe):
    """As `diagnostics.verdict` tells them apart; of a collapsed model no dimension is active.

    What varies with the input and carries nothing is noisy.
    """
    if figures["active_units"] > recipe.get("latent_dim", 0) / 2:
        return "noisy"
    excess = figures["rate_nats"] - figures["mutual_information_nats"]
    return "input-independent" if excess > 1.0 else "inactive"
