"""What to try against which failure, in order: a class for any model, a recipe of the zoo."""

import dataclasses
import math

COLLAPSED, IGNORED, PARTIAL, HEALTHY = "collapsed", "latent ignored", "partial", "healthy"
UNDECIDED = "too short to judge"


@dataclasses.dataclass(frozen=True)
class Remedy:
    """One thing to try.

    Attributes:
        name: what it is.
        why: why it helps against this failure.
        part: the class that applies it in any Keras model.
        recipe: the recipe of the zoo that applies it, or `None` for the recipe in use.
        settings: `{setting of the recipe: value}`.
    """

    name: str
    why: str
    part: str
    recipe: str | None = None
    settings: dict = dataclasses.field(default_factory=dict)

    def options(self):
        """The recipe and its settings as options of a command, a string."""
        recipe = [f"--recipe={self.recipe}"] if self.recipe else []
        return " ".join([*recipe, *(f"--set {key}={v}" for key, v in self.settings.items())])

    def command(self, command):
        """What to call, for a command that trains; `None` for none."""
        if command is None:
            return None
        own = "the command of this model again, with"
        return f"{command if self.recipe else own} {self.options()}"


# Values of settings that depend on the model; `remedies_for` fills them in.
_TARGET, _ACTIVE = "target rate", "number of active dimensions"

_MDR_CLASS = "keras_vae_collapse.losses.MDRConstraint"
_FREE_BITS_CLASS = "keras_vae_collapse.losses.FreeBitsKL"
_DELTA_CLASS = "keras_vae_collapse.layers.DeltaGaussianLatent"
_ONLY_RATE = (_MDR_CLASS, _FREE_BITS_CLASS, _DELTA_CLASS)


def _mdr(why):
    return Remedy(
        "minimum desired rate (Pelsmaeker & Aziz 2019)",
        why,
        _MDR_CLASS,
        "mdr",
        {"rate_term.rate_nats": _TARGET},
    )


_MDR_WITH_DROPOUT = Remedy(
    "minimum desired rate with a weakened decoder",
    "Tokens of the decoder's history are hidden as well, so that it must recover them from z; a "
    "higher rate alone does not force it to.",
    "keras_vae_collapse.layers.CharDropout",
    "char_dropout_mdr",
    {"rate_term.rate_nats": _TARGET},
)
_GECO = Remedy(
    "a constraint on the distortion (GECO, Rezende & Viola 2018)",
    "Asks how well x must come back, and pays the least rate for it. The target is in nats an "
    "example, below what the decoder reaches without z.",
    "keras_vae_collapse.losses.GECO",
    "geco",
)
_DU = Remedy(
    "trained scales of the means, a floor of the variances (Shen et al. 2021)",
    "Batch normalisation that fixes the sum of Var_x[mu_d] over the dimensions, and leaves it to "
    "those that have something to say.",
    "keras_vae_collapse.layers.DUGaussianLatent",
    "du_vae",
)
_FREE_BITS = Remedy(
    "free bits for each dimension (Kingma et al. 2016)",
    "The first nats of each dimension have no KL cost, so none gains by returning to the prior.",
    _FREE_BITS_CLASS,
    "free_bits",
)
_BATCH_NORM = Remedy(
    "batch normalisation of the posterior means (Zhu et al. 2020)",
    "Fixes Var_x[mu_d] of every dimension: every mean depends on the input, and noise of the "
    "prior's variance cannot hide it.",
    "keras_vae_collapse.layers.BatchNormGaussianLatent",
    "bn_vae",
)
_DELTA = Remedy(
    "a posterior that cannot reach the prior (delta-VAE, Razavi et al. 2019)",
    "Bounds the rate from below by construction, with nothing to tune in training.",
    _DELTA_CLASS,
    "delta_vae",
    {"latent.delta_nats": _TARGET},
)
_CYCLICAL = Remedy(
    "cyclical KL annealing (Fu et al. 2019)",
    "z is learnt while the KL cost is small, once in each cycle. At full weight nothing holds the "
    "rate, so try it after the terms that do.",
    "keras_vae_collapse.schedules.CyclicalAnnealing",
    "kl_cyclical",
)
_HISTORYLESS = Remedy(
    "historyless decoder",
    "Tokens are predicted from z and the condition alone: there is no history to rely on.",
    "keras_vae_collapse.layers.HistorylessGRUDecoder",
    "historyless_states",
)
_SMALL_KL_WEIGHT = Remedy(
    "a KL weight below 1 (beta-VAE, Higgins et al. 2017)",
    "The distortion, which grows with sigma, counts for more against the KL cost, so the noise "
    "shrinks.",
    "keras_vae_collapse.losses.KLDivergence",
    "base",
    {"rate_term.weight": 0.25},
)
_BAG_OF_TOKENS = Remedy(
    "bag-of-tokens head",
    "z must predict the tokens of the input without any history, which no input-independent "
    "posterior can do.",
    "keras_vae_collapse.layers.BagOfCharsHead",
    "bag_of_chars",
)
_TOKEN_DROPOUT = Remedy(
    "token dropout (Bowman et al. 2015)",
    "z carries the information, but the decoder's history is enough for the decoder: hide parts "
    "of the history and keep the rate.",
    "keras_vae_collapse.layers.CharDropout",
    "char_dropout_mdr",
    {"rate_term.rate_nats": _TARGET},
)
_CONTIGUOUS_DROPOUT = Remedy(
    "contiguous dropout",
    "Hides whole stretches of the history, which cannot be filled in from the tokens beside them.",
    "keras_vae_collapse.layers.ContiguousDropout",
    "contiguous_dropout",
)
_Z_FORCING = Remedy(
    "auxiliary state cost (Z-Forcing, Goyal et al. 2017)",
    "z must predict states that encode the rest of the sequence, so every step uses it.",
    "keras_vae_collapse.layers.AuxiliaryStateCost",
    "z_forcing",
)
_SMALLER_LATENT = Remedy(
    "a smaller latent",
    "If the outputs are good enough, the unused dimensions only cost time. (A recipe with slots "
    "takes a multiple of them.)",
    "keras_vae_collapse.layers.GaussianLatent",
    settings={"latent_dim": _ACTIVE},
)

# Not here, since their recipes did not cure (zoo/RESULTS.md, "Remedies after 2019"): `iwae`,
# `vamp_prior` and `skip_vae` collapse as `base` does; `vmf` and `mmd` keep their rate, but
# learn more slowly than `mdr`.
_TABLE = {
    (HEALTHY, None): (),
    (UNDECIDED, None): (),
    (IGNORED, None): (
        _TOKEN_DROPOUT,
        _CONTIGUOUS_DROPOUT,
        _BAG_OF_TOKENS,
        _Z_FORCING,
        _HISTORYLESS,
    ),
    (COLLAPSED, "inactive"): (
        _mdr(
            "Plain KL is least where the posterior is the prior; a Lagrange multiplier adds a cost "
            "for every nat below the target, so the model cannot stay there."
        ),
        _MDR_WITH_DROPOUT,
        _GECO,
        _FREE_BITS,
        _DELTA,
        _HISTORYLESS,
        _CYCLICAL,
    ),
    (COLLAPSED, "noisy"): (
        _mdr(
            "The rate of a dimension is about the logarithm of its signal-to-noise ratio: a lower "
            "bound on it makes the noise shrink until the decoder can use the mean."
        ),
        _BATCH_NORM,
        _DU,
        _SMALL_KL_WEIGHT,
        _BAG_OF_TOKENS,
        _MDR_WITH_DROPOUT,
    ),
    # The rate is a constant shift from the prior: a higher target would give a larger shift.
    (COLLAPSED, "input-independent"): (
        _BAG_OF_TOKENS,
        _BATCH_NORM,
        _MDR_WITH_DROPOUT,
        _HISTORYLESS,
    ),
    (PARTIAL, "dimensions"): (
        _FREE_BITS,
        _mdr("A target above the present rate makes more dimensions carry information."),
        _BATCH_NORM,
        _SMALLER_LATENT,
    ),
    (PARTIAL, "outputs"): (_MDR_WITH_DROPOUT, _CONTIGUOUS_DROPOUT, _HISTORYLESS, _BAG_OF_TOKENS),
}


def remedies_for(verdict, cause, examples, rate_nats=0.0, active=0, recipe=None):
    """The remedies to try, best first.

    Args:
        verdict: `"healthy"`, `"partial"`, `"collapsed"`, `"latent ignored"` or
            `"too short to judge"`.
        cause: for a collapsed model `"inactive"`, `"noisy"` or `"input-independent"` (away from
            the prior, but the same for all inputs); for a partial one `"dimensions"` or
            `"outputs"`; else `None`.
        examples: number of examples in the set; the rate to ask for is four times its
            logarithm, which leaves room for examples outside the set.
        rate_nats: the present rate. For a partial collapse twice as much is asked for, if
            that is more; else remedies that only raise it are left out where it is reached.
        active: number of active dimensions.
        recipe: the configuration that the model was trained with, if it is known. What it has
            is not recommended again: of a remedy of the same recipe only settings that differ.
    """
    remedies = _TABLE[verdict, cause]
    target = 4 * math.log(max(examples, 2))
    if verdict == PARTIAL:
        target = max(target, 2 * rate_nats)
    if rate_nats >= target:
        # The rate is reached and carries no information: a target for it alone changes nothing.
        remedies = [r for r in remedies if r.part not in _ONLY_RATE]
    values = {_TARGET: math.ceil(target), _ACTIVE: max(1, active)}

    def filled(settings):
        return {key: values.get(value, value) for key, value in settings.items()}

    remedies = [dataclasses.replace(r, settings=filled(r.settings)) for r in remedies]
    return [r for r in (_beyond(recipe or {}, r) for r in remedies) if r]


def _beyond(recipe, remedy):
    """What a remedy has that a recipe lacks, or `None`."""
    if remedy.recipe is None or remedy.recipe != recipe.get("name"):
        return remedy
    settings = {
        name: value
        for name, value in remedy.settings.items()
        if _differs(_value(recipe, name), value, is_target=name.endswith("_nats"))
    }
    return dataclasses.replace(remedy, recipe=None, settings=settings) if settings else None


def _value(recipe, name):
    for key in name.split("."):
        recipe = recipe.get(key) if isinstance(recipe, dict) else None
    return recipe


def _differs(present, value, is_target):
    # A higher target than the one that is asked for has not helped either.
    return present is None or (present < value if is_target else present != value)
