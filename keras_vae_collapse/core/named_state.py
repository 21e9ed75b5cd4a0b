"""State of a layer that is saved under its name, not its position."""

import logging


class NamedState:
    """Makes a Keras layer save and load its own weights by name.

    Keras stores the own weights of a layer by position. Where a file of another kind of model is
    loaded, a step count may then come back as a multiplier. With names, what the file does not
    have keeps its value, one line says so, and what the layer does not have is left alone: going
    on from a collapsed model with a cure works. Files from before the names go on loading, where
    number, shapes and kinds of the weights are those of the layer.

    Mix in before the Keras class: `class MyLayer(NamedState, keras.layers.Layer)`.
    """

    def _state_prefix(self):
        """What a name in the file begins with."""
        return ""

    def _own_variables(self):
        """`{name in the file: variable}`, in the order of older files."""
        variables = self._trainable_variables + self._non_trainable_variables
        return {f"{self._state_prefix()}{variable.name}": variable for variable in variables}

    def save_own_variables(self, store):
        for name, variable in self._own_variables().items():
            store[name] = variable

    def load_own_variables(self, store):
        own = self._own_variables()
        saved = {name: store[name] for name in store.keys()}  # noqa: SIM118  no dictionary
        if saved and all(name.isdigit() for name in saved):
            by_position = [saved[str(i)] for i in range(len(saved))]
            if [_layout(value) for value in by_position] == [_layout(v) for v in own.values()]:
                saved = dict(zip(own, by_position, strict=True))
        fresh = []
        for name, variable in own.items():
            if name in saved and tuple(saved[name].shape) == tuple(variable.shape):
                variable.assign(saved[name])
            elif not name.endswith("noise_step"):  # of which every value is as good
                fresh.append(variable.name)
        if fresh:
            # Without a line of our source, which `warnings` would add.
            logging.warning(
                "%s '%s' starts afresh: the file does not have its %s%s.",
                type(self).__name__,
                self.name,
                ", ".join(fresh),
                f" but {', '.join(sorted(saved))}" if saved else "",
            )


def _layout(value):
    # A file may hold weights in half precision.
    return tuple(value.shape), "int" in str(value.dtype)
