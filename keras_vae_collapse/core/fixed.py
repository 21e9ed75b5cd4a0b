"""Options of a layer that cannot change."""


class Fixed:
    """An option that decides what a step computes: set once, when the layer is made.

    Raises:
        AttributeError: it is assigned again, which a traced step would not see.
    """

    def __set_name__(self, owner, name):
        self._name, self._value = name, f"_{name}_value"

    def __get__(self, layer, owner=None):
        return self if layer is None else getattr(layer, self._value)

    def __set__(self, layer, value):
        if hasattr(layer, self._value):
            raise AttributeError(
                f"`{self._name}` of {type(layer).__name__} is fixed once the layer is made, since "
                f"training may have traced it: make a new layer. Received: {self._name}={value!r}"
            )
        setattr(layer, self._value, value)
