"""The recurrence of a GRU over projected inputs, with a gradient of its own for training.

```
z_t = sigmoid(x_z,t + h_{t-1} U_z)
r_t = sigmoid(x_r,t + h_{t-1} U_r)
q_t = h_{t-1} U_n + c_n
n_t = tanh(x_n,t + r_t q_t)
h_t = z_t h_{t-1} + (1 - z_t) n_t
```

Backward, with `dh_t` the gradient that reaches `h_t` from its output and from step t + 1, and
the gradients of the gates taken before their sigmoid or tanh:

```
dn_t = dh_t (1 - z_t) (1 - n_t^2)
dz_t = dh_t (h_{t-1} - n_t) z_t (1 - z_t)
dr_t = dn_t q_t r_t (1 - r_t)
dq_t = dn_t r_t
dh_{t-1} = dh_t z_t + dz_t U_z' + dr_t U_r' + dq_t U_n'
```

Only this needs a loop. The gradients of the projected inputs x_z, x_r, x_n are dz, dr, dn; those
of the weights sum over steps, and a sum of products over steps is one product of the stacked
factors, where TensorFlow's own gradient of the loop takes as many small products as steps:

```
dU_z = sum_t h_{t-1}' dz_t    dU_r = sum_t h_{t-1}' dr_t    dU_n = sum_t h_{t-1}' dq_t
dc_n = sum_t dq_t
```

States and gates have the type of h_0. Products have that of the weights: with weights in half
precision and h_0 in float32 only they are rounded, and run on the matrix units of a processor.
"""

import tensorflow as tf


def gru_states(x, h_0, weights):
    """The states of all steps; the gradient is TensorFlow's.

    Args:
        x: projected inputs `x_z, x_r, x_n` of the gates, `(length, batch, units)`.
        h_0: state before the first step, `(batch, units)`.
        weights: recurrent weights `U_z, U_r, U_n`, `(units, units)`, and the bias `c_n` inside
            the reset gate, `(units,)`.

    Returns:
        `(length, batch, units)`.
    """
    (states,) = _loop_forward(x, h_0, weights, saved=1)
    return states.stack()


def gru_step(x, h, U, bias):
    """One step with one product: `h_t` of x `(batch, 3 units)`, U `(units, 3 units)` and a bias."""
    x_z_r, x_n = tf.split(x, [2 * h.shape[-1], h.shape[-1]], axis=-1)
    u_z_r, q = tf.split(product(h, U) + bias, [2 * h.shape[-1], h.shape[-1]], axis=-1)
    z, r = tf.split(tf.sigmoid(x_z_r + u_z_r), 2, axis=-1)
    n = tf.tanh(x_n + r * q)
    return n + z * (h - n)


@tf.custom_gradient
def gru_states_for_training(x, h_0, weights):
    """As `gru_states`, with the gradient above.

    Not for a SavedModel: the gradient holds on to arrays of the forward loop, and TensorFlow
    cannot write a custom gradient that does.
    """
    states, *steps = _loop_forward(x, h_0, weights, saved=6)
    states = states.stack()

    def gradient(d_states):
        dh_0, dz, dr, dn, dq = _loop_backward(d_states, steps, h_0, weights)
        before = tf.concat([h_0[None], states[:-1]], axis=0)  # h_{t-1}
        d_x = [tf.cast(d, x[0].dtype) for d in (dz, dr, dn)]
        dU = [sum_of_products(before, d, weights[0].dtype) for d in (dz, dr, dq)]
        return *d_x, dh_0, *dU, tf.reduce_sum(dq, (0, 1))

    return states, gradient


def _loop_forward(x, h_0, weights, saved):
    """Arrays over steps of the first `saved` of h_t, z_t, r_t, n_t, q_t and h_{t-1} - n_t."""
    length = tf.shape(x[0])[0]
    inputs = [unstacked(values) for values in x]
    U_z, U_r, U_n, c_n = weights

    def step(t, h, *out):
        x_z, x_r, x_n = (tf.cast(array.read(t), h.dtype) for array in inputs)
        z = tf.sigmoid(x_z + product(h, U_z))
        r = tf.sigmoid(x_r + product(h, U_r))
        q = product(h, U_n) + c_n
        n = tf.tanh(x_n + r * q)
        new = z * h + (1 - z) * n
        return t + 1, new, *write(out, t, (new, z, r, n, q, h - n)[:saved])

    variables = (0, h_0, *arrays(length, [h_0] * saved))
    return tf.while_loop(lambda t, *_: t < length, step, variables, parallel_iterations=1)[2:]


def _loop_backward(d_states, steps, h_0, weights):
    """The gradients dh_0 `(batch, units)` and dz, dr, dn, dq `(length, batch, units)`."""
    length = tf.shape(d_states)[0]
    outputs = unstacked(d_states)
    U_z, U_r, U_n = (tf.transpose(U) for U in weights[:3])

    def step(t, dh, *out):
        dh = dh + outputs.read(t)
        kept, dz, dr, dn, dq = gate_gradients(dh, *(array.read(t) for array in steps))
        dh = tf.add_n([kept, product(dz, U_z), product(dr, U_r), product(dq, U_n)])
        return t - 1, dh, *write(out, t, (dz, dr, dn, dq))

    variables = (length - 1, tf.zeros_like(h_0), *arrays(length, [h_0] * 4))
    _, dh_0, *gates = tf.while_loop(lambda t, *_: t >= 0, step, variables, parallel_iterations=1)
    return dh_0, *(array.stack() for array in gates)


def gate_gradients(dh, z, r, n, q, change):
    """`dh_t z_t` and dz_t, dr_t, dn_t, dq_t, where `change` is h_{t-1} - n_t."""
    kept = dh * z
    # Each fused operation multiplies by the derivative at the output y.
    dn = tf.raw_ops.TanhGrad(y=n, dy=dh - kept)
    dz = tf.raw_ops.SigmoidGrad(y=z, dy=dh * change)
    dr = tf.raw_ops.SigmoidGrad(y=r, dy=dn * q)
    return kept, dz, dr, dn, dn * r


def exact_type(dtype):
    """The type of states where products are of type `dtype`."""
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def product(values, weights):
    """`values weights`, computed in the type of the weights, in the type of the values."""
    return tf.cast(tf.matmul(tf.cast(values, weights.dtype), weights), values.dtype)


def sum_of_products(one, other, dtype):
    """`sum_t,b one_tb' other_tb` of `(length, batch, m)` and `(length, batch, n)`: `(m, n)`."""
    return tf.tensordot(tf.cast(one, dtype), tf.cast(other, dtype), ((0, 1), (0, 1)))


def unstacked(values):
    """An array of the steps of `(length, ...)`."""
    (array,) = arrays(tf.shape(values)[0], [values[0]])
    return array.unstack(values)


def arrays(length, likes):
    """Arrays of `length` tensors shaped as each of `likes`; they may be read more than once."""
    return [
        tf.TensorArray(like.dtype, length, clear_after_read=False, element_shape=like.shape)
        for like in likes
    ]


def write(arrays, t, values):
    return (array.write(t, value) for array, value in zip(arrays, values, strict=True))
