"""The figures that rate terms log."""

import weakref

import keras
import tensorflow as tf

_TERMS_OF_GRAPH: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


class Figure(keras.metrics.Mean):
    """A mean over the examples of an epoch, to which several calls of a batch can add.

    It is no state of the model: files do not hold it.

    Args:
        name: what it is called in the logs.
    """

    def __init__(self, name):
        super().__init__(name=name, dtype="float32")

    def add(self, values, sample_weight=None):
        """Adds to the sum of a batch that `update_state` has counted already."""
        weighted = values if sample_weight is None else values * sample_weight
        self.total.assign(self.total + tf.reduce_sum(weighted))

    def save_own_variables(self, store):
        """Running sums end with their epoch."""

    def load_own_variables(self, store):
        """Files of version 0.1 hold running sums."""


class NegativeELBO(Figure):
    """`loss - penalty + rate` in nats per example, of a compiled model with rate terms.

    Each term has one, which takes in its `penalty - rate`; the first of a model's terms reports
    for all of them. The loss is looked up in the model, whatever it is made of.
    """

    def __init__(self):
        super().__init__("negative_elbo")
        self.model = lambda: None
        self.terms = ()

    def result(self):
        if self.terms[0]._negative_elbo is not self:
            return {}
        excess = [keras.metrics.Mean.result(term._negative_elbo) for term in self.terms]
        return tf.cast(self.model()._loss_tracker.result(), tf.float32) - tf.add_n(excess)


def set_up_figures(outermost, rate_term_class):
    """Names the figures of all rate terms of the model that is called, apart where several.

    Args:
        outermost: the outermost layer of the call.
        rate_term_class: `RateTerm`.
    """
    terms = [layer for layer in outermost._flatten_layers() if isinstance(layer, rate_term_class)]
    if not tf.executing_eagerly():
        # A training step of the user's own may call two models in one graph.
        traced = _TERMS_OF_GRAPH.setdefault(tf.compat.v1.get_default_graph(), weakref.WeakSet())
        terms += [one for one in traced if all(one is not other for other in terms)]
        traced.update(terms)
    if len(terms) > 1:
        names = set()
        for one in sorted(terms, key=lambda one: one.name):
            name, count = one.name, 0
            while name in names:
                count += 1
                name = f"{one.name}_{count}"
            names.add(name)
            for key, figure in one.trackers.items():
                figure.name = f"{name}_{key}"
    if _steps_are_those_of_keras(outermost):
        for one in terms:
            one._negative_elbo.model, one._negative_elbo.terms = weakref.ref(outermost), terms


def _steps_are_those_of_keras(model):
    """Whether `model` is compiled and its loss is the one that Keras adds up and logs."""
    return (
        isinstance(model, keras.Model)
        and model.compiled
        and type(model).train_step is keras.Model.train_step
        and type(model).test_step is keras.Model.test_step
    )
