"""Loops of a graph, out of which no loss can come."""

import keras
import tensorflow as tf


def refuse_loops(term, outermost):
    """Raises where a loop of the graph would keep the loss of its steps to itself.

    Args:
        term: the layer that is called and adds the loss.
        outermost: the outermost layer of the call.

    Raises:
        ValueError: the call is within the loop of an RNN that is not unrolled, or of a
            `TimeDistributed` of unknown length.
    """
    if tf.executing_eagerly():
        return
    graph = tf.compat.v1.get_default_graph()
    if not ("While" in type(graph).__name__ or "loop_body" in graph.get_name_scope()):
        return
    for layer in outermost._flatten_layers():
        if _loops_over(layer, term):
            raise ValueError(
                f"{type(term).__name__} is called within the loop of {layer.name}, out of which "
                "no loss can come. Use the latent without TimeDistributed, on inputs of shape "
                "(batch, steps, input_dim), or the recurrent layer with unroll=True"
            )


def _loops_over(layer, term):
    return isinstance(layer, (keras.layers.RNN, keras.layers.TimeDistributed)) and any(
        part is term for part in layer._flatten_layers()
    )
