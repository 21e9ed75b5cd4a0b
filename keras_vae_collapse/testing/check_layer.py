"""The facts that hold for every layer."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.testing.facts import (
    check_facts,
    dtype_policy,
    require,
    require_close,
    require_finite_float32_losses,
    same_configuration,
    saved_and_loaded,
)


def check_layer(make, inputs, **call_options):
    """Checks that a layer of your own does what the ones of this package do.

    - its configuration round trip gives an equal layer;
    - with `training=False` two calls give the same outputs and no weight changes;
    - compiled into a graph it gives the same outputs;
    - the shape and type of a symbolic call are those of the outputs;
    - a functional model with it comes back from a `.keras` file with the same outputs;
    - under mixed precision outputs are finite, and added losses finite and float32;
    - where `supports_masking` is set and the first input has a mask, the outputs have the mask
      that `compute_mask` returns, and hidden positions do not change what is visible.

    Args:
        make: a class, or any function, that makes a new layer when called without arguments.
        inputs: an array, or a tuple of arrays, given to the layer by position, batch first.
        **call_options: further arguments of the call, no tensors.

    Raises:
        AssertionError: says which fact does not hold, and what was found instead.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.testing import check_layer

    @keras.saving.register_keras_serializable(package="mine")
    class Twice(keras.layers.Layer):
        def call(self, x):
            return 2.0 * x

        def compute_output_shape(self, input_shape):
            return input_shape

    check_layer(Twice, np.ones((4, 3), "float32"))
    ```
    """
    arrays = tuple(map(np.asarray, inputs if isinstance(inputs, (tuple, list)) else (inputs,)))
    check_facts(_FACTS, make, arrays, call_options)


def _model(make, arrays, options):
    symbols = [keras.Input(array.shape[1:], dtype=array.dtype.name) for array in arrays]
    layer = make()
    return layer, keras.Model(symbols, layer(*symbols, **options))


def _outputs(model, arrays, training=False):
    """The outputs of a model as a flat list of tensors."""
    return keras.tree.flatten(model(list(arrays), training=training))


def _require_same_outputs(found, expected, what, **tolerances):
    for one, other in zip(keras.tree.flatten(found), expected, strict=True):
        require_close(
            keras.ops.cast(one, "float32"), keras.ops.cast(other, "float32"), what, **tolerances
        )


def is_the_same_function_in_every_evaluation(make, arrays, options):
    """With `training=False` outputs depend on weights and inputs alone, and no weight changes."""
    _, model = _model(make, arrays, options)
    before = model.get_weights()
    first = _outputs(model, arrays)
    _require_same_outputs(_outputs(model, arrays), first, "The second call", rtol=0.0, atol=0.0)
    for weight, value in zip(model.weights, before, strict=True):
        require_close(weight, value, f"The weight {weight.path!r} after two calls", 0.0, 0.0)


def agrees_with_its_graph(make, arrays, options):
    """Compiled into a graph it gives the outputs of eager calls."""
    _, model = _model(make, arrays, options)
    graph = tf.function(lambda *arrays: _outputs(model, arrays))
    _require_same_outputs(graph(*arrays), _outputs(model, arrays), "An output", atol=1e-5)


def knows_its_output_shape(make, arrays, options):
    """A symbolic call has the shape and the type of the outputs (see `compute_output_shape`)."""
    _, model = _model(make, arrays, options)
    for symbol, output in zip(model.outputs, _outputs(model, arrays), strict=True):
        known = symbol.shape == (None, *output.shape[1:])
        dtype = keras.backend.standardize_dtype(output.dtype)
        require(
            known and symbol.dtype == dtype,
            f"Expected shape {symbol.shape} and dtype {symbol.dtype}. "
            f"Received: shape={tuple(output.shape)}, dtype={dtype}",
        )


def comes_back_from_a_file(make, arrays, options):
    """A `.keras` file of a functional model gives back the outputs."""
    _, model = _model(make, arrays, options)
    loaded = saved_and_loaded(model)
    _require_same_outputs(_outputs(loaded, arrays), _outputs(model, arrays), "An output")


def is_finite_in_mixed_precision(make, arrays, options):
    """Under mixed precision outputs are finite, and added losses finite and float32."""
    for policy in ("mixed_float16", "mixed_bfloat16"):
        with dtype_policy(policy):
            _, model = _model(make, arrays, options)
            for output in _outputs(model, arrays, training=True):
                require(
                    np.isfinite(keras.ops.cast(output, "float32")).all(),
                    f"Received under {policy}: {output}",
                )
            require_finite_float32_losses(model)


def _outputs_with_mask(layer, mask, arrays, options):
    tensors = [tf.convert_to_tensor(array) for array in arrays]
    tensors[0]._keras_mask = tf.constant(mask)
    return keras.tree.flatten(layer(*tensors, **options))


def respects_masks(make, arrays, options):
    """A layer that supports masking hands on its mask, and does not see what a mask hides."""
    layer, _ = _model(make, arrays, options)
    first = arrays[0]
    has_positions = first.ndim == 3 or (first.ndim == 2 and first.dtype.kind == "i")
    if not (layer.supports_masking and has_positions):
        return
    visible = np.ones(first.shape[:2], bool)
    visible[: len(visible) // 2 + 1, first.shape[1] // 2 :] = False
    other = first[::-1, ::-1]
    hidden = np.where(visible[..., np.newaxis] if first.ndim == 3 else visible, first, other)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outputs = _outputs_with_mask(layer, visible, arrays, options)
        changed = _outputs_with_mask(layer, visible, (hidden, *arrays[1:]), options)
    promised = layer.compute_mask(first, tf.constant(visible))
    for output, again in zip(outputs, changed, strict=True):
        mask = getattr(output, "_keras_mask", None)
        require(
            (mask is None) == (promised is None) and (mask is None or np.all(mask == promised)),
            f"Expected the mask that `compute_mask` returns, {promised}. Received: {mask}",
        )
        seen = np.ones(len(visible), bool) if promised is None else np.asarray(promised)
        require_close(again[seen], output[seen], "An output after a change at a hidden position")


_FACTS = (
    same_configuration,
    is_the_same_function_in_every_evaluation,
    agrees_with_its_graph,
    knows_its_output_shape,
    comes_back_from_a_file,
    is_finite_in_mixed_precision,
    respects_masks,
)
