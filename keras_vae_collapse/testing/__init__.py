"""The facts that hold for every class of this package, checked for a class of your own."""

from keras_vae_collapse.testing.check_layer import check_layer
from keras_vae_collapse.testing.check_rate_term import check_rate_term

__all__ = ["check_layer", "check_rate_term"]
