"""Options of a layer that cannot change."""


class Fixed:
    """An option that decides what a step computes: set once, when the layer is made.

    Raises:
        AttributeError: it is assigned again, which a traced step would not see.
    """

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        if self._name not in vars(layer):
            raise AttributeError(f"{type(layer).__name__} has no `{self._name}` yet")
        return vars(layer)[self._name]

    def __set__(self, layer, value):
        if self._name in vars(layer):
            raise AttributeError(
                f"`{self._name}` of {type(layer).__name__} is fixed once the layer is made, since "
                f"training may have traced it: make a new layer. Received: {self._name}={value!r}"
            )
        # Where an ordinary attribute stands, so that Keras finds a sublayer under its name.
        vars(layer)[self._name] = value
