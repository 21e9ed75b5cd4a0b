"""The recurrence of an LSTM over projected inputs, with a gradient of its own for training.

```
i_t = sigmoid(x_i,t + h_{t-1} U_i)
f_t = sigmoid(x_f,t + h_{t-1} U_f)
g_t = tanh(x_g,t + h_{t-1} U_g)
o_t = sigmoid(x_o,t + h_{t-1} U_o)
c_t = f_t c_{t-1} + i_t g_t
h_t = o_t tanh(c_t)
```

Backward, with `dh_t` and `dc_t` the gradients that reach `h_t` and `c_t` from their outputs and
from step t + 1, and the gradients of the gates taken before their sigmoid or tanh:

```
dc_t += dh_t o_t (1 - tanh(c_t)^2)
di_t = dc_t g_t i_t (1 - i_t)            dg_t = dc_t i_t (1 - g_t^2)
df_t = dc_t c_{t-1} f_t (1 - f_t)        do_t = dh_t tanh(c_t) o_t (1 - o_t)
dc_{t-1} = dc_t f_t
dh_{t-1} = di_t U_i' + df_t U_f' + dg_t U_g' + do_t U_o'
```

As in `gru_recurrence`, only this needs a loop: the gradients of the projected inputs are those of
the gates, and `dU = sum_t h_{t-1}' [di_t ; df_t ; dg_t ; do_t]` is one product after it. The four
gates stand side by side, so that a step is one product in each direction. A masked step keeps
`h` and `c`. States and gates have the type of h_0, products that of U.
"""

import tensorflow as tf

from keras_vae_collapse.layers.gru_recurrence import (
    arrays,
    product,
    sum_of_products,
    unstacked,
    write,
)


def lstm_states(x, h_0, c_0, U, mask=None):
    """The states of all steps and the last cell; the gradient is TensorFlow's.

    Args:
        x: projected inputs of the gates i, f, g, o side by side, `(length, batch, 4 units)`.
        h_0, c_0: state and cell before the first step, `(batch, units)`.
        U: recurrent weights of the gates, `(units, 4 units)`.
        mask: `(length, batch)`, or `None` for no masked step.

    Returns:
        `h_1 .. h_length`, `(length, batch, units)`, and `c_length`, `(batch, units)`.
    """
    last, (states,) = _loop_forward(x, h_0, c_0, U, mask, saved=1)
    return states.stack(), last


def lstm_step(x, h, c, U):
    """One step: `h_t`, `c_t` and `(i_t, f_t, g_t, o_t, tanh(c_t))` of x `(batch, 4 units)`."""
    a_i, a_f, a_g, a_o = tf.split(x + product(h, U), 4, axis=-1)
    i, f, g, o = tf.sigmoid(a_i), tf.sigmoid(a_f), tf.tanh(a_g), tf.sigmoid(a_o)
    c = f * c + i * g
    shown = tf.tanh(c)
    return o * shown, c, (i, f, g, o, shown)


def lstm_states_for_training(x, h_0, c_0, U, mask=None):
    """As `lstm_states`, with the gradient above; not for a SavedModel."""

    @tf.custom_gradient
    def recurrence(x, h_0, c_0, U):
        last, (states, *steps) = _loop_forward(x, h_0, c_0, U, mask, saved=7)
        states = states.stack()

        def gradient(d_states, d_last):
            dh_0, dc_0, d_gates = _loop_backward(d_states, d_last, steps, U, mask)
            before = tf.concat([h_0[None], states[:-1]], axis=0)  # h_{t-1}
            dU = sum_of_products(before, d_gates, U.dtype)
            return tf.cast(d_gates, x.dtype), dh_0, dc_0, dU

        return (states, last), gradient

    return recurrence(x, h_0, c_0, U)


def _loop_forward(x, h_0, c_0, U, mask, saved):
    """The last cell, and arrays of the first `saved` of h_t, c_{t-1}, i, f, g, o, tanh(c_t)."""
    length = tf.shape(x)[0]
    inputs, visible = unstacked(x), _visible(mask)

    def step(t, h, c, *out):
        new_h, new_c, gates = lstm_step(tf.cast(inputs.read(t), h.dtype), h, c, U)
        if visible is not None:
            new_h = tf.where(visible.read(t), new_h, h)
            new_c = tf.where(visible.read(t), new_c, c)
        return t + 1, new_h, new_c, *write(out, t, (new_h, c, *gates)[:saved])

    variables = (0, h_0, c_0, *arrays(length, [h_0] * saved))
    _, _, last, *out = tf.while_loop(
        lambda t, *_: t < length, step, variables, parallel_iterations=1
    )
    return last, out


def _loop_backward(d_states, d_last, steps, U, mask):
    """The gradients dh_0 and dc_0 `(batch, units)`, and of the gates `(length, batch, 4 units)`."""
    length = tf.shape(d_states)[0]
    outputs, visible, U = unstacked(d_states), _visible(mask), tf.transpose(U)

    def step(t, dh, dc, out):
        dh = dh + outputs.read(t)
        hidden_dh = hidden_dc = tf.zeros_like(dh)
        if visible is not None:
            dh, hidden_dh = _parted(visible.read(t), dh)
            dc, hidden_dc = _parted(visible.read(t), dc)
        c, i, f, g, o, shown = (array.read(t) for array in steps)
        # Each fused operation multiplies by the derivative at the output y.
        dc = dc + tf.raw_ops.TanhGrad(y=shown, dy=dh * o)
        d_gates = tf.concat(
            [
                tf.raw_ops.SigmoidGrad(y=i, dy=dc * g),
                tf.raw_ops.SigmoidGrad(y=f, dy=dc * c),
                tf.raw_ops.TanhGrad(y=g, dy=dc * i),
                tf.raw_ops.SigmoidGrad(y=o, dy=dh * shown),
            ],
            axis=-1,
        )
        dh = product(d_gates, U)
        dc = dc * f
        if visible is not None:
            dh, dc = dh + hidden_dh, dc + hidden_dc
        return t - 1, dh, dc, out.write(t, d_gates)

    like = d_last
    (out,) = arrays(length, [tf.tile(like, [1, 4])])
    variables = (length - 1, tf.zeros_like(like), d_last, out)
    _, dh_0, dc_0, out = tf.while_loop(lambda t, *_: t >= 0, step, variables, parallel_iterations=1)
    return dh_0, dc_0, out.stack()


def _visible(mask):
    """An array of the steps of a mask, `(batch, 1)` each."""
    return None if mask is None else unstacked(mask[:, :, None])


def _parted(visible, values):
    """What reaches the visible examples and what reaches the others, zero elsewhere."""
    zeros = tf.zeros_like(values)
    return tf.where(visible, values, zeros), tf.where(visible, zeros, values)
