"""The recurrence of a GRU that attends to slots, with a gradient of its own for training.

```
query_t = x_q,t + h_{t-1} U_q
a_t     = softmax over k of (query_t . key_k + l_tk)        l_t = a_{t-1} T,  l_1 given
c_t     = sum_k a_tk memory_k
z_t     = sigmoid(x_z,t + h_{t-1} U_z + c_t C_z)
r_t     = sigmoid(x_r,t + h_{t-1} U_r + c_t C_r)
q_t     = h_{t-1} U_n + b_n
n_t     = tanh(x_n,t + c_t C_n + r_t q_t)
h_t     = z_t h_{t-1} + (1 - z_t) n_t
```

Backward, with `dh_t` and `dc_t` the gradients that reach state and context from outside and from
step t + 1, and the gradients of gates and weights taken before sigmoid, tanh and softmax:

```
dn_t = dh_t (1 - z_t) (1 - n_t^2)        dr_t = dn_t q_t r_t (1 - r_t)
dz_t = dh_t (h_{t-1} - n_t) z_t (1 - z_t)        dq_t = dn_t r_t
dc_t += dz_t C_z' + dr_t C_r' + dn_t C_n'
da_tk = dc_t . memory_k + (dl_{t+1} T')_k
dl_t  = a_t (da_t - sum_k a_tk da_tk)
dquery_t = sum_k dl_tk key_k
dh_{t-1} = dh_t z_t + dz_t U_z' + dr_t U_r' + dq_t U_n' + dquery_t U_q'
```

As in `gru_recurrence`, only this needs a loop: the gradients of weights, keys and memory are sums
over steps of products, and each such sum is one product after the loop. States, gates and
attention have the type of h_0, products with weights that of the weights.
"""

from typing import NamedTuple

import tensorflow as tf

from keras_vae_collapse.layers.gru_recurrence import (
    arrays,
    gate_gradients,
    product,
    sum_of_products,
    unstacked,
    write,
)


class Slots(NamedTuple):
    """What the recurrence attends to."""

    key: tf.Tensor  # (batch, slots, dim)
    memory: tf.Tensor  # (batch, slots, memory_dim)


class Weights(NamedTuple):
    """The weights of the recurrence."""

    U: tuple  # U_z, U_r, U_n, (units, units), and U_q, (units, dim)
    b_n: tf.Tensor  # bias inside the reset gate, (units,)
    C: tuple  # C_z, C_r, C_n, (memory_dim, units)
    T: tf.Tensor  # from attention weights to the next location scores, (slots, slots)


def aligned_states(x, h_0, l_1, slots, weights):
    """The states and contexts of all steps; the gradient is TensorFlow's.

    Args:
        x: projected inputs `x_z, x_r, x_n, x_q`, the first three `(length, batch, units)`, the
            last `(length, batch, dim)`.
        h_0: state before the first step, `(batch, units)`.
        l_1: location scores of the first step, `(batch, slots)`.
        slots: `Slots`.
        weights: `Weights`.

    Returns:
        `(length, batch, units)` and `(length, batch, memory_dim)`.
    """
    states, contexts = _loop_forward(x, h_0, l_1, slots, weights, saved=2)
    return states.stack(), contexts.stack()


@tf.custom_gradient
def aligned_states_for_training(x, h_0, l_1, slots, weights):
    """As `aligned_states`, with the gradient above; not for a SavedModel."""
    saved = _loop_forward(x, h_0, l_1, slots, weights, saved=9)
    states, contexts, alignments, queries = (saved[i].stack() for i in (0, 1, 2, 8))

    def gradient(d_states, d_contexts):
        loop = _loop_backward(d_states, d_contexts, saved, h_0, slots, weights)
        dh_0, dz, dr, dn, dq, d_query, dc, dl = loop
        before = tf.concat([h_0[None], states[:-1]], axis=0)  # h_{t-1}

        def summed(one, others):
            return [sum_of_products(one, other, weights.U[0].dtype) for other in others]

        def outer(one, other):  # (length, batch, m), (length, batch, n) to (batch, m, n)
            return tf.einsum("tbm,tbn->bmn", one, other)

        d_weights = Weights(
            U=summed(before, (dz, dr, dq, d_query)),
            b_n=tf.reduce_sum(dq, (0, 1)),
            C=summed(contexts, (dz, dr, dn)),
            T=sum_of_products(alignments[:-1], dl[1:], weights.T.dtype),
        )
        d_slots = Slots(key=outer(dl, queries), memory=outer(alignments, dc))
        d_x = [tf.cast(d, x[0].dtype) for d in (dz, dr, dn, d_query)]
        return d_x, dh_0, dl[0], d_slots, d_weights

    return (states, contexts), gradient


def aligned_step(x, h, location, slots, weights):
    """One step, of arguments as for `aligned_states` without their axis of steps.

    Returns:
        `h_t`, `l_{t+1}` and `(h_t, c_t, a_t, z_t, r_t, n_t, q_t, h_{t-1} - n_t, query_t)`.
    """
    (x_z, x_r, x_n, x_q), (U_z, U_r, U_n, U_q), (C_z, C_r, C_n) = x, weights.U, weights.C
    query = x_q + product(h, U_q)
    scores = tf.matmul(query[:, None], slots.key, transpose_b=True)[:, 0]
    a = tf.nn.softmax(scores + location)
    c = tf.matmul(a[:, None], slots.memory)[:, 0]
    z = tf.sigmoid(x_z + product(h, U_z) + product(c, C_z))
    r = tf.sigmoid(x_r + product(h, U_r) + product(c, C_r))
    q = product(h, U_n) + weights.b_n
    n = tf.tanh(x_n + product(c, C_n) + r * q)
    new = z * h + (1 - z) * n
    return new, tf.matmul(a, weights.T), (new, c, a, z, r, n, q, h - n, query)


def _loop_forward(x, h_0, l_1, slots, weights, saved):
    """Arrays over steps of the first `saved` of h, c, a, z, r, n, q, h_{t-1} - n and query."""
    length = tf.shape(x[0])[0]
    inputs = [unstacked(values) for values in x]

    def step(t, h, location, *out):
        x_t = [tf.cast(array.read(t), h.dtype) for array in inputs]
        new, location, values = aligned_step(x_t, h, location, slots, weights)
        return t + 1, new, location, *write(out, t, values[:saved])

    likes = (h_0, slots.memory[:, 0], l_1, h_0, h_0, h_0, h_0, h_0, slots.key[:, 0])
    variables = (0, h_0, l_1, *arrays(length, likes[:saved]))
    return tf.while_loop(lambda t, *_: t < length, step, variables, parallel_iterations=1)[3:]


def _loop_backward(d_states, d_contexts, saved, h_0, slots, weights):
    """dh_0, and over steps dz, dr, dn, dq, dquery, dc and dl."""
    length = tf.shape(d_states)[0]
    from_states, from_contexts = unstacked(d_states), unstacked(d_contexts)
    U_z, U_r, U_n, U_q = (tf.transpose(w) for w in weights.U)
    C_z, C_r, C_n = (tf.transpose(w) for w in weights.C)
    T = tf.transpose(weights.T)

    def step(t, dh, da, *out):
        a, *gates = (array.read(t) for array in saved[2:8])
        kept, dz, dr, dn, dq = gate_gradients(dh + from_states.read(t), *gates)
        parts = (product(dz, C_z), product(dr, C_r), product(dn, C_n))
        dc = tf.add_n([from_contexts.read(t), *parts])
        da = da + tf.matmul(dc[:, None], slots.memory, transpose_b=True)[:, 0]
        dl = a * (da - tf.reduce_sum(a * da, axis=-1, keepdims=True))
        d_query = tf.matmul(dl[:, None], slots.key)[:, 0]
        products = (product(d, w) for d, w in ((dz, U_z), (dr, U_r), (dq, U_n), (d_query, U_q)))
        dh = tf.add_n([kept, *products])
        return t - 1, dh, tf.matmul(dl, T), *write(out, t, (dz, dr, dn, dq, d_query, dc, dl))

    like_scores = slots.key[:, :, 0]
    likes = (h_0, h_0, h_0, h_0, slots.key[:, 0], slots.memory[:, 0], like_scores)
    variables = (length - 1, tf.zeros_like(h_0), tf.zeros_like(like_scores), *arrays(length, likes))
    _, dh_0, _, *out = tf.while_loop(lambda t, *_: t >= 0, step, variables, parallel_iterations=1)
    return dh_0, *(array.stack() for array in out)
