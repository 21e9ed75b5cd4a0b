"""An image VAE with an autoregressive decoder, held open by `MDRConstraint`.

    python examples/image_vae.py

Images are made here: 8 x 8 pixels with one bright rectangle and noise. The decoder reads the
pixels so far, row by row, which is enough to guess the next one; the constraint makes it take
where the rectangle is from z.
"""

import argparse

import keras
import numpy as np

from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import BernoulliNLL, KLDivergence, MDRConstraint

SIDE = 8


def images(count, seed):
    """Binary images `(count, 64)`, pixels row by row."""
    rng = np.random.default_rng(seed)
    pixels = rng.random((count, SIDE, SIDE)) < 0.02
    corner = rng.integers(0, SIDE - 3, size=(count, 2))
    extent = rng.integers(2, 5, size=(count, 2))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inside = np.ones((count, SIDE, SIDE), bool)
    for axis, position in enumerate((rows, columns)):
        low, size = corner[:, axis, None, None], extent[:, axis, None, None]
        inside &= (position >= low) & (position < low + size)
    return (pixels | inside).reshape(count, -1).astype("float32")


def build(rate_term):
    """A dense encoder, a latent of 6 dimensions, a GRU over the pixels so far."""
    image = keras.Input((SIDE * SIDE,))
    before = keras.Input((SIDE * SIDE, 1))
    z = GaussianLatent(6, rate_term=rate_term, seed=1)(
        keras.layers.Dense(64, activation="relu")(image)
    )
    seen = keras.layers.Concatenate()([before, keras.layers.RepeatVector(SIDE * SIDE)(z)])
    logits = keras.layers.Dense(1)(keras.layers.GRU(32, return_sequences=True)(seen))
    return keras.Model([image, before], keras.layers.Flatten()(logits))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--images", type=int, default=2000)
    options = parser.parse_args()
    x = images(options.images, seed=0)
    before = np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)[..., None]
    for rate_term in (KLDivergence(), MDRConstraint(rate_nats=5.0)):
        keras.utils.set_random_seed(0)
        model = build(rate_term)
        # Nats per image, summed over the pixels, as the rate is over the dimensions.
        model.compile(keras.optimizers.Adam(3e-3), BernoulliNLL())
        logs = model.fit([x, before], x, 64, options.epochs, verbose=0).history
        distortion = logs["loss"][-1] - logs["penalty"][-1]
        print(
            f"{type(rate_term).__name__:15s} rate {logs['rate'][-1]:6.2f} nats, "
            f"distortion {distortion:6.2f} nats per image"
        )


if __name__ == "__main__":
    main()
