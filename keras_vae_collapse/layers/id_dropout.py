"""What the dropouts of ids have in common."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.core.special_ids import EOS
from keras_vae_collapse.layers.checks import check_id_list, check_tensor
from keras_vae_collapse.layers.noise import uniform, with_noise


class IdDropout(NamedState, keras.layers.Layer):
    """Base of the layers that replace some ids of a sequence by the unknown id.

    A subclass says which positions the noise hits in `_hit(u, mask)`; everything else (what is
    kept, masks, checks, inference) is here. For the arguments see `CharDropout`.
    """

    unk_id, keep_ids, seed = Fixed(), Fixed(), Fixed()
    rate = Assignable(check_rate)

    def __init__(
        self,
        rate: float,
        unk_id: int,
        keep_ids: Sequence[int] = (0,),
        seed: int | None = None,
        **kwargs,
    ):
        # Ids have no floating-point precision: an integer policy keeps a mixed one away, and
        # gives a `Sequential` model that begins with this layer an integer input.
        kwargs.setdefault("dtype", "int32")
        super().__init__(autocast=False, **kwargs)
        self.rate = rate
        self.unk_id = check_integer("unk_id", unk_id, low=0)
        self.keep_ids = check_id_list("keep_ids", keep_ids)
        self.seed = check_seed(seed)
        self.noise_seed = seed_in_use(seed)
        self.supports_masking = True

    def build(self, input_shape):
        self.noise = NoiseSeeds(self, self.noise_seed)
        super().build(input_shape)

    def call(self, inputs, mask=None, training=None):
        self._check(inputs, mask)
        if not training:
            return inputs

        def replaced(seed):
            hit = self._hit(uniform(tf.shape(inputs), seed), mask)  # (batch, length)
            return self._replaced(inputs, hit if mask is None else hit & mask)

        return with_noise(inputs, self.noise, self._drops(), replaced)

    def _drops(self):
        """Whether any position can be hit at all, a boolean scalar of the running step."""
        return IdDropout.rate.tensor(self) > 0

    @property
    def hides_all(self):
        """Whether every draw hits every position, so that only `keep_ids` are ever seen."""
        with tf.init_scope():
            return bool(self.hiding_all())

    def hiding_all(self):
        """`hides_all` as a boolean scalar of the running step."""
        return tf.constant(False)

    @property
    def keeps_symbols(self):
        """Whether `keep_ids` names a symbol of sequences, and not special ids alone."""
        return any(keep_id > EOS for keep_id in self.keep_ids)

    def hidden(self, inputs):
        """What can be seen of ids outside training: those kept where `hides_all`, else all."""
        return self._replaced(inputs, tf.fill(tf.shape(inputs), self.hiding_all()))

    def _replaced(self, inputs, hit):
        for keep_id in self.keep_ids:
            hit &= inputs != keep_id
        return tf.where(hit, tf.cast(self.unk_id, inputs.dtype), inputs)

    def _hit(self, u, mask):
        """Where the noise hits, boolean `(batch, length)`, given uniform `u` of that shape."""
        raise NotImplementedError

    def _check(self, inputs, mask):
        check_tensor("inputs", inputs, "int", "batch", "length")
        if mask is not None:
            check_tensor("mask", mask, "bool", *inputs.shape)

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, inputs, mask=None, training=None):
        self._check(inputs, mask)
        return keras.KerasTensor(inputs.shape, dtype=inputs.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "unk_id": self.unk_id,
            "keep_ids": list(self.keep_ids),
            "seed": self.seed,
        }
