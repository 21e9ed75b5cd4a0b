"""Attention over a set of active features."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class FeatureAttention(keras.layers.Layer):
    """Attends from a query to the embeddings of the features that are active.

    ```
    s_m = (W q + b) . E_m / sqrt(units)
    a   = softmax over the active m of s_m
    c   = sum_m a_m E_m
    ```

    where row `E_m` embeds feature `m`. Every feature has an embedding that is trained, the
    unknown one at index 0 included. Without any active feature the context is zero. The
    weights are computed in float32 whatever the precision policy.

    (Scaled dot-product attention of Vaswani et al. 2017, arXiv:1706.03762, with the features
    as keys and values.)

    Args:
        units: size of the feature embeddings and of the context, a positive integer.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        features: `(batch, features)`, a feature is active where it is not zero.
        query: `(batch, length, query_dim)`, or `(batch, query_dim)` for one query an example.

    Output shape:
        `(batch, length, units)`, or `(batch, units)`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import FeatureAttention

    attention = FeatureAttention(units=4)
    features = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    context = attention(features, np.ones((2, 5, 8)))
    assert context.shape == (2, 5, 4)
    assert not np.any(context[1])
    ```
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.project = keras.layers.Dense(self.units, dtype=self.dtype_policy, name="project_query")

    def build(self, features_shape, query_shape):
        if len(query_shape) not in (2, 3):
            raise ValueError(
                "`query` must have shape (batch, query_dim) or (batch, length, query_dim). "
                f"Received: shape={tuple(query_shape)}"
            )
        if len(features_shape) != 2 or features_shape[-1] is None:
            raise ValueError(
                "`features` must have shape (batch, features) with a known number of features. "
                f"Received: shape={tuple(features_shape)}"
            )
        self.project.build(query_shape)
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(features_shape[-1], self.units),
            # Of the size that a dense layer's weights would have after a one-hot input.
            initializer=keras.initializers.RandomNormal(stddev=self.units**-0.5),
        )
        super().build((features_shape, query_shape))

    def call(self, features, query):
        projected = self.project(query)  # (batch, [length,] units)
        scores = ops.matmul(projected, ops.transpose(self.embeddings))  # (..., features)
        scores = ops.cast(scores, "float32") * self.units**-0.5
        active = ops.not_equal(features, 0)
        if len(query.shape) == 3:
            active = active[:, None, :]  # (batch, 1, features)
        weights = ops.softmax(ops.where(active, scores, -1e9), axis=-1)
        # Zeroed again for the rows without any active feature, where the softmax is uniform.
        weights = ops.where(active, weights, 0.0)
        return ops.matmul(ops.cast(weights, self.compute_dtype), self.embeddings)

    def compute_output_shape(self, features_shape, query_shape):
        return (*query_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
