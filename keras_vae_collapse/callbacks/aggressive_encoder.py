"""Aggressive training of the encoder: many encoder steps for each step of the decoder."""

import logging

import keras

from keras_vae_collapse.core.checks import check_integer


class AggressiveEncoder(keras.callbacks.Callback):
    """Trains the encoder until it has caught up before each step of the decoder.

    A decoder learns faster than its encoder: before the posterior carries information about
    the input, the decoder has learnt to ignore it, and the model collapses. He et al. 2019
    (arXiv:1901.05534) therefore train the encoder alone, on batch after batch, until the loss
    stops falling, then the decoder for one step, and so on. Once the mutual information of
    input and latent falls from one epoch to the next, every step trains both.

    A callback, not a model of its own: it only decides which weights a step of `model.fit`
    trains, so it works with any model, rate term, optimizer and strategy. Each step takes a
    batch of the data: an epoch has the same length and most of it trains the encoder. The
    loss is compared over groups of `check_every` batches.

    Args:
        encoder: list of layers; their weights are the encoder's, all others the decoder's.
        monitor: name of the mutual information in the logs of an epoch; put the callback
            after the one that computes it, such as `DevEvaluation`.
        max_steps: most steps of the encoder in a row (the authors: 100).
        check_every: batches in a group (the authors: 15).

    Attributes:
        state: `{"aggressive": bool, "previous": float or None}`, for a checkpoint.

    Raises:
        ValueError: an argument lies outside its range, or the encoder has no trainable weight.
        KeyError: `monitor` is not in the logs of an epoch.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import AggressiveEncoder, DevEvaluation
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import KLDivergence
    from keras_vae_collapse.metrics import mutual_information

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(8)
    latent = GaussianLatent(2, rate_term=KLDivergence())
    model = keras.Model(inputs, keras.layers.Dense(3)(latent(hidden(inputs))))
    model.compile("adam", "mse")

    def information():
        return {"mutual_information": mutual_information(*latent.parameters(hidden(x)))}

    aggressive = AggressiveEncoder([hidden, latent], max_steps=3, check_every=1)
    model.fit(x, x, epochs=2, verbose=0, callbacks=[DevEvaluation(information), aggressive])
    ```
    """

    def __init__(
        self,
        encoder: list,
        monitor: str = "dev_mutual_information",
        max_steps: int = 100,
        check_every: int = 15,
    ):
        super().__init__()
        self.encoder = list(encoder)
        self.monitor = monitor
        self.max_steps = check_integer("max_steps", max_steps, low=1)
        self.check_every = check_integer("check_every", check_every, low=1)
        self.state = {"aggressive": True, "previous": None}

    def on_train_begin(self, logs=None):
        model = self.model
        model.optimizer.build(model.trainable_variables)
        own = {id(v) for layer in self.encoder for v in layer.trainable_variables}
        if not own:
            raise ValueError(f"`encoder` has no trainable weight. Received: encoder={self.encoder}")
        self._encoder = [v for v in model.trainable_variables if id(v) in own]
        self._decoder = [v for v in model.trainable_variables if id(v) not in own]
        # A function holds on to the weights that were trainable when it was first called.
        self._train_both = model.train_function
        model.make_train_function(force=True)
        self._train_encoder = model.train_function
        model.make_train_function(force=True)
        self._train_decoder = model.train_function
        model.train_function = self._train_both

    def on_epoch_begin(self, epoch, logs=None):
        self._mean = 0.0
        self._begin_encoder_steps()

    def _begin_encoder_steps(self):
        self._steps, self._sum, self._before, self._caught_up = 0, 0.0, float("inf"), False

    def on_train_batch_begin(self, batch, logs=None):
        if not self.state["aggressive"]:
            self.model.train_function = self._train_both
            return
        self.model.train_function = self._train_decoder if self._caught_up else self._train_encoder
        for variable in self._encoder if self._caught_up else self._decoder:
            variable.trainable = False

    def on_train_batch_end(self, batch, logs=None):
        for variable in (*self._encoder, *self._decoder):
            variable.trainable = True
        if not self.state["aggressive"]:
            return
        # The logs have the mean over the batches so far.
        mean = float((logs or {})["loss"])
        loss, self._mean = (batch + 1) * mean - batch * self._mean, mean
        if self._caught_up:
            self._begin_encoder_steps()
            return
        self._steps += 1
        self._sum += loss
        if self._steps % self.check_every == 0:
            self._caught_up = self._sum > self._before
            self._before, self._sum = self._sum, 0.0
        self._caught_up = self._caught_up or self._steps >= self.max_steps

    def on_epoch_end(self, epoch, logs=None):
        if not self.state["aggressive"]:
            return
        if self.monitor not in (logs or {}):
            raise KeyError(
                f"`monitor` must be in the logs of an epoch, which have {', '.join(logs or {})}. "
                f"Received: monitor={self.monitor!r}"
            )
        now, previous = float(logs[self.monitor]), self.state["previous"]
        self.state = {"aggressive": previous is None or now >= previous, "previous": now}
        if not self.state["aggressive"]:
            logging.info(
                "the mutual information fell from %.2f to %.2f nats: from epoch %d on every step "
                "trains encoder and decoder",
                previous,
                now,
                epoch + 2,
            )

    def on_train_end(self, logs=None):
        self.model.train_function = self._train_both
