"""A VAE of two Keras `Sequential` models whose loss is an average, and its cure: the sum.

    python examples/sequential_vae.py [--picture=FILE]

Images are made here: 8 x 8 pixels with one soft bright spot. Compiled with "mse" the distortion
is divided by 64 pixels, the rate is not, and z is not worth its price.
"""

import argparse

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_vae_collapse.diagnostics import explain
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence

SIDE = 8


def images(count, seed=0):
    """Images `(count, 8, 8, 1)` of a spot anywhere, with a little noise."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(1, SIDE - 2, size=(2, count, 1, 1))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    spots = np.exp(-((rows - places[0]) ** 2 + (columns - places[1]) ** 2) / 3)
    return (spots + 0.05 * rng.standard_normal(spots.shape))[..., None].astype("float32")


def build():
    """Encoder, latent, decoder: `Sequential` models in a `Sequential` model."""
    layers = keras.layers
    encoder = keras.Sequential([layers.Flatten(), layers.Dense(64, "relu")], name="encoder")
    decoder = keras.Sequential(
        [layers.Dense(64, "relu"), layers.Dense(SIDE * SIDE), layers.Reshape((SIDE, SIDE, 1))],
        name="decoder",
    )
    latent = GaussianLatent(4, rate_term=KLDivergence(), seed=1)
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), encoder, latent, decoder])


def save_picture(path, rows):
    """Images, one row of the picture for each set of them."""
    figure, axes = plt.subplots(len(rows), 8, figsize=(6, 0.85 * len(rows)))
    for line, (name, pictures) in zip(axes, rows.items(), strict=True):
        line[0].set_title(name, loc="left", fontsize=9)
        for ax, picture in zip(line, pictures, strict=True):
            ax.imshow(picture[..., 0], vmin=0, vmax=1, cmap="gray")
            ax.axis("off")
    figure.savefig(path, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", help="file for images, and what comes back of them")
    picture = parser.parse_args().picture
    x = images(600)
    rows = {"input": x[:8]}
    for name, loss in (("before", "mse"), ("after", GaussianNLL(scale=0.1))):
        keras.utils.set_random_seed(0)
        model = build()
        model.compile(keras.optimizers.Adam(3e-3), loss)
        model.fit(x, x, 32, 15, verbose=0)
        why = explain(model, x)
        rate, worth = why.figures["rate_nats"], why.figures["z_worth_nats"]
        print(f"{why.to_text()}\n{name}: rate {rate:.2f}, worth of z {worth:.2f}")
        rows[name] = model.predict(x[:8], verbose=0)
    if picture:
        save_picture(picture, rows)


if __name__ == "__main__":
    main()
