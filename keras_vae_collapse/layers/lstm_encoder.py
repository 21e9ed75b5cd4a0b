"""LSTM encoder of sequences."""

import keras

from keras_vae_collapse.core.checks import check_flag
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.lstm import LSTM
from keras_vae_collapse.layers.recurrent_encoder import RecurrentEncoder


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LSTMEncoder(RecurrentEncoder):
    """Reads a sequence with an LSTM, in both directions or in one, and returns its final states.

    ```
    e_i = E[x_i]
    h   = [LSTM_forward(e_1 .. e_n) ; LSTM_backward(e_n .. e_1)]
    ```

    With `bidirectional=False` it is `h = LSTM(e_1 .. e_n)`, the encoder of Bowman et al. 2015,
    arXiv:1511.06349. (LSTM: Hochreiter & Schmidhuber 1997.) With `slots` the output is that of an
    `AttentionPooling` over the states of all positions.

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: units of each direction.
        embedding_dim: size of the embedded symbols.
        dropout: rate of the dropout of the embedded symbols, in [0, 1].
        slots: number of slots of the attention pooling; 0 for none.
        slot_dim: size of each slot.
        slot_spacing: distance of the slots' initial positions, at least 0; see
            `AttentionPooling`.
        bidirectional: whether to read in both directions.
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. A sequence needs at
            least one id that is not 0: the fused GPU kernel refuses an empty one.
        training: whether to drop.

    Output shape:
        `(batch, 2 * units)`, `(batch, units)` in one direction, or `(batch, slots * slot_dim)`
        with slots.

    Raises:
        ValueError: a size is not a positive integer, `dropout` lies outside [0, 1],
            `bidirectional` is neither True nor False, or the ids are not of rank 2.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LSTMEncoder

    encoder = LSTMEncoder(vocabulary_size=10, units=8, embedding_dim=4, bidirectional=False)
    assert encoder(np.array([[4, 5, 3], [6, 3, 0]])).shape == (2, 8)
    ```
    """

    bidirectional = Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        units: int,
        embedding_dim: int = 64,
        dropout: float = 0.0,
        slots: int = 0,
        slot_dim: int = 64,
        slot_spacing: float = 0.0,
        bidirectional: bool = True,
        seed: int | None = None,
        **kwargs,
    ):
        # First: which directions there are decides which parts are made.
        self.bidirectional = check_flag("bidirectional", bidirectional)
        super().__init__(
            vocabulary_size,
            units,
            embedding_dim,
            dropout,
            slots,
            slot_dim,
            slot_spacing,
            seed=seed,
            **kwargs,
        )

    def _recurrence(self, **options):
        return LSTM(self.units, **options)

    def get_config(self):
        return {**super().get_config(), "bidirectional": self.bidirectional}
