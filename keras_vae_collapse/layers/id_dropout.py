"""What the dropouts on integer ids have in common."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed
from keras_vae_collapse.layers.noise import uniform


class IdDropout(keras.layers.Layer):
    """Base of the layers that replace some of a row's ids by the unknown id.

    A subclass says which positions the noise hits in `_hit(u, mask)`; everything
    else (what is kept, masks, checks, inference) is here.

    Args:
        unk_id: the id put in place of a dropped one, a non-negative integer.
        keep_ids: ids that are never replaced, a sequence of non-negative integers.
        seed: a non-negative integer, or `None` for a random one.
    """

    def __init__(self, unk_id, keep_ids=(0,), seed=None, **kwargs):
        # Ids have no floating-point precision: an integer policy keeps a mixed one away, and
        # gives a `Sequential` model that begins with this layer an integer input.
        kwargs.setdefault("dtype", "int32")
        super().__init__(autocast=False, **kwargs)
        self.unk_id = check_integer("unk_id", unk_id, low=0)
        if isinstance(keep_ids, (str, bytes)) or not hasattr(keep_ids, "__iter__"):
            raise ValueError(
                "`keep_ids` must be a sequence of non-negative integers. "
                f"Received: keep_ids={keep_ids!r}"
            )
        self.keep_ids = tuple(check_integer("keep_ids", keep, low=0) for keep in keep_ids)
        if seed is not None:
            check_seed(seed)
        self.seed = seed
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                f"{type(self).__name__} takes ids of shape (batch, length). "
                f"Received: shape={tuple(input_shape)}"
            )
        self.noise = NoiseSeeds(self, self.seed)
        super().build(input_shape)

    def call(self, inputs, mask=None, training=None):
        self._check_inputs(inputs, mask)
        if not training or not self._drops():
            return inputs
        hit = self._hit(uniform(tf.shape(inputs), self.noise.next()), mask)  # (batch, length)
        for keep_id in self.keep_ids:
            hit &= inputs != keep_id
        if mask is not None:
            hit &= mask
        return tf.where(hit, tf.cast(self.unk_id, inputs.dtype), inputs)

    def _drops(self):
        """Whether any position can be hit at all."""
        raise NotImplementedError

    def _hit(self, u, mask):
        """Where the noise hits, boolean `(batch, length)`, given uniform `u` of that shape."""
        raise NotImplementedError

    def _check_inputs(self, inputs, mask):
        if len(inputs.shape) != 2 or "int" not in keras.backend.standardize_dtype(inputs.dtype):
            raise ValueError(
                f"{type(self).__name__} takes integer ids of shape (batch, length). "
                f"Received: shape={tuple(inputs.shape)}, "
                f"dtype={keras.backend.standardize_dtype(inputs.dtype)}"
            )
        if mask is None:
            return
        fits = len(mask.shape) == 2 and all(
            m is None or n is None or m == n for m, n in zip(mask.shape, inputs.shape, strict=True)
        )
        if not fits or keras.backend.standardize_dtype(mask.dtype) != "bool":
            raise ValueError(
                f"`mask` must be boolean and of the shape of the ids, {tuple(inputs.shape)}. "
                f"Received: mask of shape {tuple(mask.shape)}, "
                f"dtype={keras.backend.standardize_dtype(mask.dtype)}"
            )

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, inputs, mask=None, training=None):
        self._check_inputs(inputs, mask)
        return keras.KerasTensor(inputs.shape, dtype=inputs.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "unk_id": self.unk_id,
            "keep_ids": list(self.keep_ids),
            "seed": self.seed,
        }
