"""Attention over the active entries of a binary condition."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ConditionAttention(keras.layers.Layer):
    """Attends from a query to the embeddings of the active entries of a binary condition.

    ```
    s_m = (W q + b) . E_m / sqrt(units)
    a_m = y_m exp(s_m) / sum over all n of y_n exp(s_n)
    c   = sum_m a_m E_m
    ```

    where row `E_m` embeds entry `m`: the softmax over the active entries, of which a relaxed one,
    between 0 and 1, counts in part. Without any active entry the context is zero. The weights `a`
    are computed in float32 whatever the precision policy.

    (Scaled dot-product attention of Vaswani et al. 2017, arXiv:1706.03762, with the embeddings
    as keys and values.)

    Args:
        units: size of the embeddings and of the context, a positive integer.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        condition: `(batch, M)`, in [0, 1]; an entry is active where it is not zero.
        query: `(batch, length, query_dim)`, or `(batch, query_dim)` for one query an example.

    Output shape:
        `(batch, length, units)`, or `(batch, units)`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import ConditionAttention

    attention = ConditionAttention(units=4)
    condition = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    context = attention(condition, np.ones((2, 5, 8)))
    assert context.shape == (2, 5, 4)
    assert not np.any(context[1])
    ```
    """

    units = Fixed()

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.project = keras.layers.Dense(self.units, dtype=self.dtype_policy, name="project_query")

    def build(self, condition_shape, query_shape):
        check_shape("condition", condition_shape, "batch", "M")
        if len(query_shape) != 2:
            check_shape("query", query_shape, "batch", "[length]", "query_dim")
        self.project.build(query_shape)
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(condition_shape[-1], self.units),
            # Of the size that a dense layer's weights would have after a one-hot input.
            initializer=keras.initializers.RandomNormal(stddev=self.units**-0.5),
        )
        super().build((condition_shape, query_shape))

    def build_from_config(self, config):
        # By position: files from before the class had this name call the first shape otherwise.
        self.build(*config["shapes_dict"].values())

    def call(self, condition, query):
        projected = self.project(query)  # (batch, [length,] units)
        scores = ops.matmul(projected, ops.transpose(self.embeddings))  # (..., M)
        scores = ops.cast(scores, "float32") * self.units**-0.5
        active, share = _active(condition)
        if len(query.shape) == 3:
            active, share = active[:, None, :], share[:, None, :]  # (batch, 1, M)
        weights = ops.softmax(ops.where(active, scores + share, -1e9), axis=-1)
        # Zeroed again for the examples without any active entry, where the softmax is uniform.
        weights = ops.where(active, weights, 0.0)
        return ops.matmul(ops.cast(weights, self.compute_dtype), self.embeddings)

    def prepare_steps(self, condition):
        """What attends from one query an example at a time, as `call` does, while decoding.

        Returns:
            `(rows, step)`: a nest of tensors `(batch, ...)` that no step changes, and
            `step(rows, query) -> context` of queries `(batch, query_dim)`.
        """
        check_not_symbolic("prepare_steps", condition)
        scale = self.units**-0.5
        embeddings = ops.cast(self.embeddings, self.compute_dtype)
        # (W q + b) . E_m = q . (E W)_m + b . E_m: one product in place of two
        keys = ops.matmul(self.embeddings, ops.transpose(self.project.kernel)) * scale
        keys = ops.cast(ops.transpose(keys), self.compute_dtype)  # (query_dim, M)
        active, share = _active(condition)
        scores = ops.matmul(self.embeddings, self.project.bias) * scale
        rows = {
            "scores": ops.where(active, ops.cast(scores, "float32") + share, -1e9),
            "any": ops.cast(ops.any(active, axis=-1, keepdims=True), "float32"),
        }

        def step(rows, query):
            scores = ops.matmul(ops.cast(query, self.compute_dtype), keys)
            weights = ops.softmax(ops.cast(scores, "float32") + rows["scores"], axis=-1)
            weights = ops.cast(weights * rows["any"], self.compute_dtype)
            return ops.matmul(weights, embeddings)

        return rows, step

    def compute_output_shape(self, condition_shape, query_shape):
        return (*query_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def _active(condition):
    """Which entries are active, and the logarithm of each of them: 0 where it is 1."""
    condition = ops.cast(condition, "float32")
    active = ops.not_equal(condition, 0)
    # Nothing is taken of the logarithm of 0, whose gradient would be none.
    return active, ops.log(ops.where(active, condition, 1.0))
