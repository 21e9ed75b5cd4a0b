"""Bidirectional GRU encoder of sequences."""

import keras

from keras_vae_collapse.layers.gru import GRU
from keras_vae_collapse.layers.recurrent_encoder import RecurrentEncoder


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GRUEncoder(RecurrentEncoder):
    """Reads a sequence in both directions and returns the two final states, concatenated.

    ```
    e_i = E[x_i]
    h   = [GRU_forward(e_1 .. e_n) ; GRU_backward(e_n .. e_1)]
    ```

    With `slots` the output is that of an `AttentionPooling` over the states of all positions, so
    that no single state has to hold a long sequence.

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: units of each direction; the output has twice as many.
        embedding_dim: size of the embedded symbols.
        dropout: rate of the dropout of the embedded symbols, in [0, 1].
        slots: number of slots of the attention pooling; 0 for none.
        slot_dim: size of each slot.
        slot_spacing: distance of the slots' initial positions, at least 0; see
            `AttentionPooling`.
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. A sequence needs at
            least one id that is not 0: the fused GPU kernel refuses an empty one.
        training: whether to drop.

    Output shape:
        `(batch, 2 * units)`, or `(batch, slots * slot_dim)` with slots.

    Raises:
        ValueError: a size is not a positive integer, `dropout` lies outside [0, 1], or the ids are
            not of rank 2.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUEncoder

    encoder = GRUEncoder(vocabulary_size=10, units=8, embedding_dim=4)
    assert encoder(np.array([[4, 5, 3], [6, 3, 0]])).shape == (2, 16)
    ```
    """

    def _recurrence(self, **options):
        return GRU(self.units, **options)

    @classmethod
    def from_config(cls, config):
        # `char_dim` is the name in files of `WordEncoder`.
        config = {"embedding_dim" if k == "char_dim" else k: v for k, v in config.items()}
        return cls(**config)
