"""What the loss of a model asks of its posteriors: a rate, a bound, a distance, or nothing."""

from keras_vae_collapse.losses import GECO, ImportanceWeightedBound, MaximumMeanDiscrepancy

RATE, BOUND, DISTANCE, CONSTANT = "rate", "bound", "distance", "constant"


def objective_of(site):
    """Which of the four the latent of a site has.

    `RATE`: the loss has a weight for each nat of rate. `BOUND`: the bound of several samples, which
    is not distortion and rate. `DISTANCE`: an MMD without a rate. `CONSTANT`: a rate that is the
    same for all posteriors.
    """
    term = site.rate_term
    if site.constant_rate:
        return CONSTANT
    if isinstance(term, MaximumMeanDiscrepancy) and float(term.rate_weight) == 0.0:
        return DISTANCE
    if isinstance(term, ImportanceWeightedBound) and term.num_samples > 1:
        return BOUND
    return RATE


def notes_of(site, rate_nats):
    """Sentences on what an objective other than a rate leaves out of an explanation."""
    kind, term = objective_of(site), site.rate_term
    if kind == CONSTANT:
        return [
            f"The rate is {rate_nats:.1f} nats for every example, by the construction of the "
            "latent: no weight of the rate can be wrong, and only what z is worth says whether it "
            "is used."
        ]
    if kind == DISTANCE:
        return [
            f"The rate, {rate_nats:.1f} nats, is not in the loss, by design: a "
            f"{type(term).__name__} holds the mixture of all posteriors to the prior, and each of "
            "them may say what it will. The weight of the rate and the amortisation gap were not "
            "looked at."
        ]
    if kind == BOUND:
        return [
            f"The loss is the bound of {term.num_samples} samples, which one of them can meet: the "
            "encoder need not have the best posterior for the ELBO, so that its amortisation gap "
            "was not looked at. All else is said of the ELBO of one sample."
        ]
    if isinstance(term, GECO) and int(term.observations) == 0:
        return [
            "The GECO was told no distortion: its multiplier stands at "
            f"{float(term.multiplier):.3g}, whatever distortion_nats asks for. Compile with "
            "WatchedDistortion(loss, geco), or call geco.observe(nats) in a train_step of your own."
        ]
    return []
