"""One eager run of a model with a latent of one's choice."""

import contextlib

from keras_vae_collapse.diagnostics.examination.interception import recorded_losses, watched


def one_run(passes, data, choose, draws, after=None):
    """Runs the model once; returns its loss and the function that takes gradients.

    Args:
        passes: `Passes`.
        data: as `passes.rows` returns it.
        choose: function `(loc, scale, draw) -> z` of each draw.
        draws: list to which each `Draw` is added.
        after: as for `watched`.

    Raises:
        ValueError: the latent layer is not called.
    """
    with contextlib.ExitStack() as stack:
        for site in passes.sites:
            stack.enter_context(site.choosing(choose, draws))
        if after is not None:
            stack.enter_context(watched(passes.layers(), after))
        losses, gradient = stack.enter_context(recorded_losses(passes.model))
        loss = passes.loss_of_step(data, losses)
    if not draws:
        raise ValueError(
            "the latent layer of the model must be called in a training step. Received: "
            f"{passes.sites[0].layer.name!r}, which is not. For a model that draws z from its "
            "`distributions` pass `latent=LatentModel(...)`"
        )
    return loss, gradient
