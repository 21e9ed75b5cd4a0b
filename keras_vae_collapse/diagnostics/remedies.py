"""What to try against which failure, in order, with the flag or the class that applies it."""

import dataclasses
import math

COLLAPSED, IGNORED, PARTIAL, HEALTHY = "collapsed", "latent ignored", "partial", "healthy"
VERDICTS = (HEALTHY, PARTIAL, COLLAPSED, IGNORED)


@dataclasses.dataclass(frozen=True)
class Remedy:
    """One thing to try.

    Attributes:
        name: what it is.
        flag: options of `train.py` that apply it.
        part: the class that applies it in any Keras model, or an empty string.
        why: why it helps against this failure.
    """

    name: str
    flag: str
    part: str
    why: str


def _mdr(why):
    return Remedy(
        "minimum desired rate (Pelsmaeker & Aziz 2019)",
        "--recipe=mdr --set rate_nats={rate_nats}",
        "keras_vae_collapse.losses.MDRConstraint",
        why,
    )


_MDR_WITH_DROPOUT = Remedy(
    "minimum desired rate with a weakened decoder",
    "--recipe=char_dropout_mdr --set rate_nats={rate_nats}",
    "keras_vae_collapse.layers.CharDropout",
    "Characters of the decoder's history are hidden as well, so that it must look them up in z; "
    "the rate alone does not make it.",
)
_FREE_BITS = Remedy(
    "free bits for each dimension (Kingma et al. 2016)",
    "--recipe=free_bits",
    "keras_vae_collapse.losses.FreeBitsKL",
    "No dimension pays for its first nats, so none gains by going back to the prior.",
)
_BATCH_NORM = Remedy(
    "batch normalisation of the posterior means (Zhu et al. 2020)",
    "--recipe=bn_vae",
    "keras_vae_collapse.layers.BatchNormGaussianLatent",
    "Fixes Var_x[mu_d] of every dimension, so that no mean can stand still and noise as large "
    "as the prior's cannot swamp it.",
)
_DELTA = Remedy(
    "a posterior that cannot reach the prior (delta-VAE, Razavi et al. 2019)",
    "--recipe=delta_vae --set delta_nats={rate_nats}",
    "keras_vae_collapse.layers.DeltaGaussianLatent",
    "Bounds the rate from below by construction, with nothing to tune in training.",
)
_CYCLICAL = Remedy(
    "cyclical KL annealing (Fu et al. 2019)",
    "--recipe=kl_cyclical",
    "keras_vae_collapse.schedules.CyclicalAnnealing",
    "z is learnt while the KL costs little; each cycle is another chance. Holds nothing once the "
    "weight is up, so try it after the terms that hold the rate.",
)
_HISTORYLESS = Remedy(
    "historyless decoder",
    "--recipe=historyless_states",
    "keras_vae_collapse.layers.HistorylessGRUDecoder",
    "Characters are predicted from z and the features alone: there is nothing else to learn from.",
)
_SMALL_KL_WEIGHT = Remedy(
    "a KL weight below 1 (beta-VAE, Higgins et al. 2017)",
    "--recipe=base --set rate_options.weight=0.25",
    "keras_vae_collapse.losses.KLDivergence",
    "Noise gets dearer: the decoder's loss grows with sigma and is opposed by less of the KL.",
)
_BAG_OF_CHARS = Remedy(
    "bag-of-characters head",
    "--recipe=bag_of_chars",
    "keras_vae_collapse.layers.BagOfCharsHead",
    "z must predict the characters of the input without any history, which no posterior that "
    "is the same for all inputs can.",
)
_CHAR_DROPOUT = Remedy(
    "character dropout (Bowman et al. 2015)",
    "--recipe=char_dropout_mdr --set rate_nats={rate_nats}",
    "keras_vae_collapse.layers.CharDropout",
    "The information is in z and the decoder does without it, since its history tells it enough: "
    "hide the history, and keep the rate.",
)
_CONTIGUOUS_DROPOUT = Remedy(
    "contiguous dropout",
    "--recipe=contiguous_dropout",
    "keras_vae_collapse.layers.ContiguousDropout",
    "Hides whole stretches, which cannot be filled in from the characters beside them.",
)
_Z_FORCING = Remedy(
    "auxiliary state cost (Z-Forcing, Goyal et al. 2017)",
    "--recipe=z_forcing",
    "keras_vae_collapse.layers.AuxiliaryStateCost",
    "z must predict states that know the rest of the word, so it is used at every step.",
)
_SMALLER_LATENT = Remedy(
    "a smaller latent",
    "--set latent_dim={active}",
    "keras_vae_collapse.layers.GaussianLatent",
    "If the outputs are good enough as they are, the unused dimensions only cost time. (A recipe "
    "with slots takes a multiple of them.)",
)

_WEAK = (
    _mdr(
        "Plain KL is least where the posterior is the prior; a Lagrange multiplier charges for "
        "every nat below the target, so the model cannot stay there."
    ),
    _MDR_WITH_DROPOUT,
    _FREE_BITS,
    _DELTA,
    _HISTORYLESS,
    _CYCLICAL,
)
_NOISY = (
    _mdr(
        "The rate of a dimension is about the logarithm of signal over noise: holding it up makes "
        "the noise shrink until the decoder can read the mean."
    ),
    _BATCH_NORM,
    _SMALL_KL_WEIGHT,
    _BAG_OF_CHARS,
    _MDR_WITH_DROPOUT,
)
# The rate is paid by a constant shift from the prior: more of it would be paid in the same way.
_CONSTANT = (_BAG_OF_CHARS, _BATCH_NORM, _MDR_WITH_DROPOUT, _HISTORYLESS)
_UNREAD = (_CHAR_DROPOUT, _CONTIGUOUS_DROPOUT, _BAG_OF_CHARS, _Z_FORCING, _HISTORYLESS)
_SOME_DIMENSIONS = (
    _FREE_BITS,
    _mdr("A target above the present rate makes more dimensions carry information."),
    _BATCH_NORM,
    _SMALLER_LATENT,
)
_GENERIC_OUTPUTS = (_MDR_WITH_DROPOUT, _CONTIGUOUS_DROPOUT, _HISTORYLESS, _BAG_OF_CHARS)


_ONLY_RATE = (
    "keras_vae_collapse.losses.MDRConstraint",
    "keras_vae_collapse.losses.FreeBitsKL",
    "keras_vae_collapse.layers.DeltaGaussianLatent",
)


def remedies_for(verdict, cause, words, rate_nats=0.0, active=0):
    """The remedies to try, best first.

    Args:
        verdict: one of `VERDICTS`.
        cause: for a collapsed model `"too weak"`, `"too noisy"` or `"constant"` (away from
            the prior, but the same for all inputs); for a partial one `"dimensions"` or
            `"outputs"`; else unused.
        words: number of words in the set; the rate to ask for is four times its logarithm,
            room for words never seen.
        rate_nats: the present rate. For a partial collapse twice as much is asked for, if
            that is more; else remedies that only raise it are left out where it is reached.
        active: number of active dimensions.
    """
    table = {
        (COLLAPSED, "too weak"): _WEAK,
        (COLLAPSED, "too noisy"): _NOISY,
        (COLLAPSED, "constant"): _CONSTANT,
        (PARTIAL, "dimensions"): _SOME_DIMENSIONS,
        (PARTIAL, "outputs"): _GENERIC_OUTPUTS,
    }
    remedies = {HEALTHY: (), IGNORED: _UNREAD}.get(verdict)
    if remedies is None:
        remedies = table[verdict, cause]
    target = 4 * math.log(max(words, 2))
    if verdict == PARTIAL:
        target = max(target, 2 * rate_nats)
    if rate_nats >= target:
        # The rate is there and tells nothing: to ask for it alone would change nothing.
        remedies = [r for r in remedies if r.part not in _ONLY_RATE]
    values = {"rate_nats": math.ceil(target), "active": max(1, active)}
    return [dataclasses.replace(r, flag=r.flag.format(**values)) for r in remedies]
