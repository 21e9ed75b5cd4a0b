"""Measurements of a model made by hand, for tests of what is concluded from them."""

import types

from keras_vae_collapse.diagnostics.examination.latent_site import OurLatent
from keras_vae_collapse.diagnostics.examination.measurements import Measurements


def distortion(coefficient=1.0, squared=False, sizes=(8.0,), rows=64, categorical=True):
    return types.SimpleNamespace(
        coefficient=coefficient,
        nats_per_loss=1.0 / coefficient,
        squared=squared,
        sizes=lambda: list(sizes),
        rows=rows,
        kind=types.SimpleNamespace(categorical=categorical),
    )


def our_latent(rate_term=None):
    """A site of a latent layer of ours that holds a rate term."""
    site = OurLatent.__new__(OurLatent)
    site.layer = types.SimpleNamespace(rate_term=rate_term)
    return site


def survey(kind=None, **options):
    defaults = {"dead_layer": None, "encoder_blocked": False, "frozen": (0, 3)}
    layers = options.pop("layers", [])
    site = options.pop("site", None) or types.SimpleNamespace(rate_term=None, constant_rate=False)
    passes = types.SimpleNamespace(
        sites=[site], model=types.SimpleNamespace(_flatten_layers=lambda: layers)
    )
    return types.SimpleNamespace(distortion=kind, passes=passes, **{**defaults, **options})


def found(**figures):
    kind = figures.pop("kind", None)
    about = figures.pop("survey", None) or survey(kind)
    defaults = {
        "rate_nats": 5.0,
        "information_nats": 4.0,
        "examples": 512,
        "latent_dim": 4,
        "survey": about,
        "z_in_loss": True,
        "rate_in_loss": True,
        "rate_weight": 1.0,
        "relative_weight": 1.0,
        "posterior_spread": 1.0,
        "z_worth_nats": 10.0,
    }
    return Measurements(**{**defaults, **figures})
