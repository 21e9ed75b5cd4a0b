"""What the options of a layer have in common, whether they can be assigned or not."""


class Option:
    """A descriptor whose value stands where an ordinary attribute would stand.

    So Keras finds a sublayer under its name. Subclasses say what `__set__` does.
    """

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        if self._name not in vars(layer):
            raise AttributeError(f"{type(layer).__name__} has no `{self._name}` yet")
        return vars(layer)[self._name]
