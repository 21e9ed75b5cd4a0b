"""A VAE of time series whose GRU decoder reads the true past, and its cure.

    python examples/series_vae.py [--picture=FILE]

Series are made here: noisy waves of an amplitude, a frequency and a phase of their own. The decoder
reads the value before each one, which is enough to guess it; so z says nothing. The cure hides
most of the past and holds the rate.
"""

import argparse

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_vae_collapse.diagnostics import explain
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence, MDRConstraint

LENGTH = 12


def waves(count, seed=0):
    """Series `(count, 12, 1)`."""
    rng = np.random.default_rng(seed)
    amplitude, frequency = rng.uniform(0.5, 1.5, size=(2, count, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, size=(count, 1))
    values = amplitude * np.sin(frequency * np.linspace(0, 2 * np.pi, LENGTH) + phase)
    return (values + 0.1 * rng.standard_normal(values.shape))[..., None].astype("float32")


def build(rate_term, hidden_share):
    """A dense encoder, a latent of 3 dimensions, a GRU decoder over the past and z."""
    layers, series, past = keras.layers, keras.Input((LENGTH, 1)), keras.Input((LENGTH, 1))
    encoded = layers.Dense(32, "relu")(layers.Flatten()(series))
    z = GaussianLatent(3, rate_term=rate_term, seed=1)(encoded)
    seen = layers.Dropout(hidden_share, noise_shape=(None, LENGTH, 1), seed=2)(past)
    both = layers.Concatenate()([seen, layers.RepeatVector(LENGTH)(z)])
    states = layers.GRU(16, return_sequences=True, unroll=True)(both)
    return keras.Model([series, past], layers.Dense(1)(states))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", help="file for a series, and what z alone makes of it")
    picture = parser.parse_args().picture
    x = waves(640)
    past = np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)
    lines = {"input": x[0]}
    sick, cure = (KLDivergence(), 0.0), (MDRConstraint(rate_nats=8.0), 0.8)
    for name, (rate_term, hidden_share) in (("before", sick), ("after", cure)):
        keras.utils.set_random_seed(0)
        model = build(rate_term, hidden_share)
        model.compile(keras.optimizers.Adam(5e-3), GaussianNLL(scale=0.5))
        model.fit([x, past], x, 64, 20, verbose=0)
        why = explain(model, [x, past], x)
        rate, worth = why.figures["rate_nats"], why.figures["z_worth_nats"]
        print(f"{why.to_text()}\n{name}: rate {rate:.2f}, worth of z {worth:.2f}")
        lines[name] = model.predict([x[:1], np.zeros_like(x[:1])], verbose=0)[0]
    if picture:
        figure, axes = plt.subplots(figsize=(6, 3))
        for name, line in lines.items():
            axes.plot(line[:, 0], label=name if name == "input" else f"{name}, without the past")
        axes.legend()
        figure.savefig(picture)


if __name__ == "__main__":
    main()
