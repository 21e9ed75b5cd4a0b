"""Pretraining of the encoder: an autoencoder first, then its encoder with a new decoder."""

import keras
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.weight_average import restart_average
from keras_vae_collapse.core.checks import check_integer


class EncoderPretraining(keras.callbacks.Callback):
    """Trains an autoencoder for some epochs, then keeps its encoder and starts the decoder anew.

    During pretraining the rate has no KL cost: the model is an autoencoder, and its encoder
    learns to distinguish the inputs. Then the decoder gets its initial weights back, before it
    has learnt to ignore the latent, and the rate term takes effect (Li et al. 2019,
    arXiv:1909.00868, who find that this and free bits do more together than either alone).

    A callback, not a model of its own: it only changes what a step of `model.fit` computes and
    works with any model, rate term, optimizer and strategy.

    Schedules of a rate term count the steps of the pretraining too. Figures of the pretraining
    are those of an autoencoder: keep them out of the choice of the best weights
    (`start_epoch=epochs` of `BestWeights`).

    Args:
        model: a built model with its initial weights.
        encoder: list of layers that keep their weights, the latent among them.
        rate_term: the model's `RateTerm`.
        epochs: epochs of pretraining, a positive integer.

    Raises:
        ValueError: the model is not built, or `epochs` is not a positive integer.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import EncoderPretraining
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import FreeBitsKL

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    inputs = keras.Input((3,))
    hidden, rate_term = keras.layers.Dense(8), FreeBitsKL(1.0, over="total", average="example")
    latent = GaussianLatent(2, rate_term=rate_term)
    model = keras.Model(inputs, keras.layers.Dense(3)(latent(hidden(inputs))))
    model.compile("adam", "mse")
    pretraining = EncoderPretraining(model, [hidden, latent], rate_term, epochs=1)
    model.fit(x, x, epochs=3, verbose=0, callbacks=[pretraining])
    ```
    """

    def __init__(self, model, encoder: list, rate_term, epochs: int = 5):
        super().__init__()
        self.epochs = check_integer("epochs", epochs, low=1)
        self.rate_term = rate_term
        if not model.built:
            raise ValueError("`model` must be built, so that its initial weights are known")
        own = {id(v) for layer in encoder for v in layer.trainable_variables}
        self._decoder = [
            (v, convert_to_numpy(v).copy()) for v in model.trainable_variables if id(v) not in own
        ]

    def on_train_begin(self, logs=None):
        self._train_function = self.model.train_function

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epochs:
            for variable, initial in self._decoder:
                variable.assign(initial)
            restart_average(self.model)
        pretrains = epoch < self.epochs
        if self.rate_term.pretraining != pretrains:
            self.rate_term.pretraining = pretrains
            # The value counts when the function is traced.
            self.model.make_train_function(force=True)

    def on_train_end(self, logs=None):
        self.rate_term.pretraining = False
        self.model.train_function = self._train_function
