"""Faults of the path from the input through `z` to the loss, seen in the graph of the loss."""

from keras_vae_collapse.diagnostics.explanation import Cause


def z_disconnected(found):
    """The gradient of the loss with respect to `z` is 0 for every example.

    The number is that gradient, the threshold 0: a decoder that has merely learnt to ignore `z`
    keeps a small gradient, one that is cut off has none.
    """
    if found.z_in_loss is not False:
        return None
    return Cause(
        "z_disconnected",
        1.0,
        "The gradient of the loss with respect to z is exactly 0 for every example: nothing that "
        "the decoder does depends on z in a way that training can see.",
        "In the decoder, feed z itself: look between the latent layer and the loss for a "
        "stop_gradient, a factor of 0, or a layer that takes another tensor in the place of z.",
    )


def posterior_ignores_input(found):
    """The encoder says the same of every example, or no gradient reaches it.

    The number is the spread of the activations before the latent over the examples, in units of
    their root mean square; the threshold 1e-4 lies above the rounding of float32 (1e-7) and below
    what an encoder keeps that has learnt to say little, for which only the last layer goes to 0.
    """
    survey = found.survey
    if found.posterior_spread is not None and found.posterior_spread <= 1e-9:
        where = "the latent's own weights" if survey is None or not survey.dead_layer else None
        where = where or f"layer '{survey.dead_layer}'"
    elif survey is not None and survey.dead_layer:
        where = f"layer '{survey.dead_layer}'"
    elif survey is not None and survey.encoder_blocked:
        return Cause(
            "posterior_ignores_input",
            0.96,
            "No gradient of the posterior's mean and scale reaches any weight of the encoder "
            "before the latent: it stays as it was initialised, whatever the input.",
            "In the encoder, take away the stop_gradient (or the layer without a derivative) "
            "between its weights and the latent.",
        )
    else:
        return None
    return Cause(
        "posterior_ignores_input",
        0.98,
        f"Mean and scale of the posterior are the same for every example: at {where} the inputs "
        "differ and the outputs do not (spread below 1e-4 of their size).",
        f"In the encoder, repair {where}: units that are dead or saturated (scale the inputs, "
        "another activation or initialiser), a mask that hides everything, or an input that is "
        "not the example.",
    )
