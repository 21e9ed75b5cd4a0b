"""Averages of the weights of a model: running, and with others."""

import contextlib


@contextlib.contextmanager
def averaged_weights(model, adapt=None):
    """Within the block the trainable weights hold their exponential moving average.

    The average is the one that the optimizer keeps with `use_ema=True`; without it the block
    changes nothing. Adds to `keras.callbacks.SwapEMAWeights`: the weights come back bit for bit,
    after an error, too.

    Args:
        model: a compiled model.
        adapt: a function without arguments that is called when the averages are in place, or
            `None`. What it gives the other weights, such as the statistics of a batch
            normalisation, which are those of the weights that were trained, lasts as long as the
            averages.
    """
    optimizer = model.optimizer
    averages = getattr(optimizer, "_model_variables_moving_average", None)
    if not getattr(optimizer, "use_ema", False) or not averages or not optimizer.iterations.numpy():
        yield
        return
    weights = model.trainable_variables if adapt is None else model.variables
    current = [weight.numpy() for weight in weights]
    by_path = {
        weight.path: average
        for weight, average in zip(optimizer._trainable_variables, averages, strict=True)
    }
    try:
        for weight in model.trainable_variables:
            weight.assign(by_path[weight.path])
        if adapt is not None:
            adapt()
        yield
    finally:
        for weight, value in zip(weights, current, strict=True):
            weight.assign(value)


def restart_average(model):
    """Sets the averages of all trainable weights to the weights."""
    optimizer = model.optimizer
    if getattr(optimizer, "use_ema", False) and optimizer.built:
        averages = optimizer._model_variables_moving_average
        for weight, average in zip(optimizer._trainable_variables, averages, strict=True):
            average.assign(weight)


def mean_weights(model, others):
    """The weights of a model, the trainable ones averaged with others.

    ```
    (w + w') / 2
    ```

    Where the model was trained on from the others, the mean is often better than both (Wortsman et
    al. 2022, arXiv:2109.01903), as both lie in one valley of the loss.

    Args:
        model: a model.
        others: as its `get_weights()`.

    Returns:
        A list of arrays for `set_weights`.

    Raises:
        ValueError: there are more or fewer others than weights.
    """
    return [
        (own + other) / 2 if variable.trainable else own
        for variable, own, other in zip(model.weights, model.get_weights(), others, strict=True)
    ]
