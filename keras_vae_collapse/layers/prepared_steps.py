"""Steps of a decoding, with all that they share computed once."""

from keras import ops

from keras_vae_collapse.layers.checks import check_not_symbolic


class PreparedSteps:
    """A mixin for a recurrent decoder that gives it `prepare_steps`.

    The layer has three methods:

    ```
    _projected(embedded)       what a step needs of embedded symbols, row by row
    _rows(condition)           what every step needs of the condition, a nest (batch, ...)
    _advance(x, rows, state)   the next state
    ```
    """

    def prepare_steps(self, condition, embeddings=None):
        """What makes the steps of a decoding cheap: products that no step changes, made once.

        Args:
            condition: `(batch, condition_dim)`.
            embeddings: the embedded symbols of the vocabulary, `(vocabulary, embedding_dim)`;
                or `None` where these are too many to be projected beforehand.

        Returns:
            `(rows, step)`: a nest of tensors `(batch, ...)` that no step changes, and
            `step(symbols, rows, state) -> state`, as `step` but for the symbols: their ids
            `(batch,)`, or without `embeddings` the embedded symbols `(batch, embedding_dim)`.
        """
        if embeddings is None:
            check_not_symbolic("prepare_steps", condition)

            def step(embedded, rows, state):
                return self._advance(self._projected(embedded), rows, state)

        else:
            check_not_symbolic("prepare_steps", condition, embeddings)
            table = self._projected(embeddings)

            def step(ids, rows, state):
                return self._advance(ops.take(table, ids, axis=0), rows, state)

        return self._rows(condition), step
