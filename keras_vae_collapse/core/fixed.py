"""Options of a layer that cannot change."""

from keras_vae_collapse.core.option import Option


class Fixed(Option):
    """An option that decides what a step computes: set once, when the layer is made.

    Raises:
        AttributeError: it is assigned again, which a traced step would not see.
    """

    def __set__(self, layer, value):
        if self._name in vars(layer):
            raise AttributeError(
                f"`{self._name}` of {type(layer).__name__} is fixed once the layer is made, since "
                f"training may have traced it: make a new layer. Received: {self._name}={value!r}"
            )
        vars(layer)[self._name] = value
