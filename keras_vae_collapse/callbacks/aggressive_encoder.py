"""Aggressive training of the encoder: many encoder steps for each step of the decoder."""

import logging

import keras

from keras_vae_collapse.callbacks.one_fit import end_fit, train_function_of, wrap_train_function
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.layers.checks import check_layers


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
    loss is compared over groups of `check_every` batches, so it must stay the same loss: a step of
    the encoder leaves the state of rate terms as it is, and a schedule counts the steps of the
    decoder, as the authors' does. Whatever ends a `fit`, the next one
    without the callback trains all weights at every step.

    Args:
        encoder: list of layers; their weights are the encoder's, all others the decoder's.
        monitor: name of the mutual information in the logs of an epoch; put the callback
            after the one that computes it, such as `DevEvaluation`.
        max_steps: most steps of the encoder in a row (the authors: 100).
        check_every: batches in a group (the authors: 15).

    Attributes:
        state: `{"aggressive": bool, "previous": float or None}`, for a checkpoint. It goes on in
            a further `fit`.

    Raises:
        ValueError: an argument lies outside its range, the encoder has none of the trainable
            weights of the model or all of them, the model is compiled with
            `steps_per_execution` greater than 1, or `fit` has an `EncoderPretraining` as well.
        KeyError: `monitor` is not in the logs of an epoch.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import AggressiveEncoder, DevEvaluation
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import GaussianNLL, KLDivergence
    from keras_vae_collapse.metrics import mutual_information

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(8)
    latent = GaussianLatent(2, rate_term=KLDivergence())
    model = keras.Model(inputs, keras.layers.Dense(3)(latent(hidden(inputs))))
    model.compile("adam", GaussianNLL())

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
        self.encoder = check_layers("encoder", encoder)
        self.monitor = monitor
        self.max_steps = check_integer("max_steps", max_steps, low=1)
        self.check_every = check_integer("check_every", check_every, low=1)
        self.state = {"aggressive": True, "previous": None}
        self._functions: dict = {}

    def on_train_begin(self, logs=None):
        model = self.model
        if model.steps_per_execution != 1:
            raise ValueError(
                "AggressiveEncoder decides after every batch which weights the next one trains: "
                "the model must be compiled with steps_per_execution=1. "
                f"Received: steps_per_execution={model.steps_per_execution}"
            )
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
        if self._functions.get("both") is not model.train_function:
            own = {id(v) for layer in self.encoder for v in layer.trainable_variables}
            encoder = [v for v in model.trainable_variables if id(v) in own]
            decoder = [v for v in model.trainable_variables if id(v) not in own]
            if not encoder or not decoder:
                raise ValueError(
                    "`encoder` has no trainable weight of the model, or all of them. "
                    f"Received: encoder={self.encoder}"
                )
            self._functions = {
                "both": model.train_function,
                "encoder": train_function_of(model, encoder, hold_state=True),
                "decoder": train_function_of(model, decoder),
            }
        wrap_train_function(model, lambda batch: self._functions[self._trained()](batch), self)

    def _trained(self):
        """What the next batch trains."""
        if not self.state["aggressive"]:
            return "both"
        return "decoder" if self._caught_up else "encoder"

    def on_epoch_begin(self, epoch, logs=None):
        self._mean = 0.0
        self._begin_encoder_steps()

    def _begin_encoder_steps(self):
        self._steps, self._sum, self._before, self._caught_up = 0, 0.0, float("inf"), False

    def on_train_batch_end(self, batch, logs=None):
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
        end_fit(self.model)
