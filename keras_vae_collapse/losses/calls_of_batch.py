"""What the calls of a rate term within one batch have in common."""

import threading

import tensorflow as tf


class CallsOfBatch(threading.local):
    """Takes several calls within a batch together: two latents, two inputs, many time steps.

    While a step is traced, all calls in its graph belong to one batch; in eager mode, all calls
    within one call of the outermost layer. A batch moves state once: each call begins with the
    state from before the batch, and so does the one after it, which knows more of the rate.
    Replicas run in threads of their own, and each has its own batch.
    """

    def __init__(self):
        self._batch = None
        self.kl = None
        self.logged = {}
        self._state = []
        self._sample_weight = None

    def begin(self, context, variables, sample_weight):
        """Begins a call: restores the state, or remembers it in the first call of a batch.

        Args:
            context: the Keras call context.
            variables: the variables that a call moves.
            sample_weight: as the term was given it.

        Raises:
            ValueError: an earlier call of the batch had other sample weights.
        """
        batch = context if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        if self._batch is not batch:
            self._batch, self.kl, self.logged = batch, None, {}
            self._state = [(v, tf.convert_to_tensor(v)) for v in variables]
            self._sample_weight = sample_weight
        elif self._sample_weight is not sample_weight:
            raise ValueError(
                "a rate term that is called more than once in a batch must get the same "
                "`sample_weight` each time: give each latent a rate term of its own. Received: "
                f"sample_weight={sample_weight!r} after {self._sample_weight!r}"
            )
        else:
            for variable, value in self._state:
                variable.assign(value)

    def hold_state(self, held):
        """Brings the state back to where it was before the batch if `held`, a boolean tensor."""
        for variable, value in self._state:
            variable.assign(tf.where(held, value, tf.convert_to_tensor(variable)))

    def log(self, name, figure, value, sample_weight=None):
        """Counts a scalar in a figure, in place of what earlier calls of the batch said."""
        if name in self.logged:
            weight = 1.0 if sample_weight is None else sample_weight
            figure.add(value - self.logged[name], weight)
        else:
            figure.update_state(value, sample_weight)
        self.logged[name] = value

    def __reduce__(self):
        return type(self), ()
