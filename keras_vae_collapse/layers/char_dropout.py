"""Independent dropout of symbols."""

import keras

from keras_vae_collapse.layers.id_dropout import IdDropout


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class CharDropout(IdDropout):
    """Replaces each symbol by the unknown one, independently of all others.

    ```
    d_i ~ Bernoulli(rate)
    y_i = unk_id  where d_i = 1 and x_i is not in keep_ids,  x_i elsewhere
    ```

    Applied to the inputs of an autoregressive decoder it takes away history, so that the decoder
    has to ask the latent vector (Bowman et al. 2015, arXiv:1511.06349; Iyyer et al. 2015). With
    `rate=1` and the start symbol kept nothing of the history is left: decoding without history
    (Semeniuta et al. 2017, arXiv:1702.02390).

    It acts in training only and is the identity at inference and for `rate=0`. Every call draws
    a new mask, and so does every replica of a distribution strategy.

    Args:
        rate: probability of replacing a symbol, in [0, 1].
        unk_id: the id put in place of a dropped one, a non-negative integer.
        keep_ids: ids that are never replaced: padding, and as a rule the start symbol.
        seed: a non-negative integer, or `None` for one that is drawn as Keras draws it, so that
            `keras.utils.set_random_seed` decides. Two layers of the same seed draw the same masks
            in the same order.
        **kwargs: base layer arguments, such as `name`.

    Attributes:
        rate: can be assigned at any time, also while a model trains.
        noise_seed: the seed in use, given or drawn.

    Call arguments:
        inputs: integer ids of any integer type, `(batch, length)`.
        mask: boolean `(batch, length)`, false at positions that are not part of the sequence: they
            are never replaced. Taken from the inputs where they carry a Keras mask, and handed on.
        training: whether to drop.

    Output shape:
        `(batch, length)`, of the integer type of the inputs.

    Raises:
        ValueError: an argument lies outside its range, or the inputs are not integers of
            rank 2, or the mask is not a boolean tensor of their shape.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import CharDropout

    ids = np.array([[2, 7, 8, 9, 3, 0]])
    layer = CharDropout(rate=1.0, unk_id=1, keep_ids=(0, 2))
    assert layer(ids, training=True).numpy().tolist() == [[2, 1, 1, 1, 1, 0]]
    assert layer(ids).numpy().tolist() == ids.tolist()
    ```
    """

    def hiding_all(self):
        return CharDropout.rate.tensor(self) == 1.0

    def _hit(self, u, mask):
        return u < CharDropout.rate.tensor(self)
