"""Pretraining of the encoder: an autoencoder first, then its encoder with a new decoder."""

import keras
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.one_fit import end_fit, wrap_train_function
from keras_vae_collapse.callbacks.weight_average import restart_average
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.layers.checks import check_layers
from keras_vae_collapse.losses.rate_term import RateTerm


class EncoderPretraining(keras.callbacks.Callback):
    """Trains an autoencoder for some epochs, then keeps its encoder and starts the decoder anew.

    During pretraining the rate has no KL cost: the model is an autoencoder, and its encoder
    learns to distinguish the inputs. Then the decoder gets its initial weights back, before it
    has learnt to ignore the latent, and the rate term takes effect (Li et al. 2019,
    arXiv:1909.00868, who find that this and free bits do more together than either alone).

    A callback, not a model of its own: it only changes what a step of `model.fit` computes and
    works with any model, rate term, optimizer and strategy.

    It happens once, however often `fit` is called: the epochs are counted over all of them, or
    are those before `initial_epoch`. The rate is free only while a batch is trained, so that
    validation shows it with its cost, and so does every `fit` without the callback, whatever
    ended the one before.

    A rate term's schedule and other state stand still meanwhile. Figures of the pretraining are
    those of an autoencoder: keep them out of the choice of the best weights
    (`start_epoch=epochs` of `BestWeights`).

    Args:
        model: a built model with its initial weights.
        encoder: list of layers that keep their weights, the latent among them.
        rate_term: the model's `RateTerm`, or a list of them where there are several.
        epochs: epochs of pretraining, a positive integer.

    Attributes:
        state: `{"epochs": int, "restarted": bool}`, for a checkpoint: the epochs of training so
            far, and whether the decoder has begun anew.

    Raises:
        ValueError: the model is not built or is not the one that is trained, `rate_term` is none,
            `epochs` is not a positive integer, or `fit` has an `AggressiveEncoder` as well.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import EncoderPretraining
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import FreeBitsKL, GaussianNLL

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    inputs = keras.Input((3,))
    hidden, rate_term = keras.layers.Dense(8), FreeBitsKL(1.0, over="total", average="example")
    latent = GaussianLatent(2, rate_term=rate_term)
    model = keras.Model(inputs, keras.layers.Dense(3)(latent(hidden(inputs))))
    model.compile("adam", GaussianNLL())
    pretraining = EncoderPretraining(model, [hidden, latent], rate_term, epochs=1)
    model.fit(x, x, epochs=3, verbose=0, callbacks=[pretraining])
    ```
    """

    def __init__(self, model, encoder: list, rate_term, epochs: int = 5):
        super().__init__()
        self.epochs = check_integer("epochs", epochs, low=1)
        self.rate_terms = list(rate_term) if isinstance(rate_term, (list, tuple)) else [rate_term]
        for term in self.rate_terms:
            if not isinstance(term, RateTerm):
                raise ValueError(
                    f"`rate_term` must be a RateTerm or a list of them. Received: {rate_term!r}"
                )
        if not model.built:
            raise ValueError("`model` must be built, so that its initial weights are known")
        self._built = model
        self.state = {"epochs": 0, "restarted": False}
        layers = check_layers("encoder", encoder)
        own = {id(v) for layer in layers for v in layer.trainable_variables}
        self._decoder = [
            (v, convert_to_numpy(v).copy()) for v in model.trainable_variables if id(v) not in own
        ]

    def on_train_begin(self, logs=None):
        if self.model is not self._built:
            raise ValueError("EncoderPretraining must train the `model` that it was made for")
        function = self.model.train_function

        def train(iterator):
            if self.state["restarted"]:
                return function(iterator)
            try:
                return self._train_freely(function, iterator)
            except KeyboardInterrupt:
                # It may have come while the rate was given its cost again.
                self._pretrain(False)
                raise

        wrap_train_function(self.model, train, self)

    def _train_freely(self, function, iterator):
        try:
            self._pretrain(True)
            return function(iterator)
        finally:
            self._pretrain(False)

    def _pretrain(self, pretraining):
        for term in self.rate_terms:
            term.pretraining = pretraining

    def on_epoch_begin(self, epoch, logs=None):
        # The greater where a callback made anew goes on with a training.
        epoch = max(epoch, self.state["epochs"])
        restarts = epoch == self.epochs and not self.state["restarted"]
        self.state = {"epochs": epoch, "restarted": epoch >= self.epochs}
        if restarts:
            for variable, initial in self._decoder:
                variable.assign(initial)
            restart_average(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self.state = {**self.state, "epochs": self.state["epochs"] + 1}

    def on_train_end(self, logs=None):
        end_fit(self.model)
