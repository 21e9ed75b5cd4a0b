"""The rate of a layer's dropout as an option of that layer."""

from keras_vae_collapse.core.checks import check_rate


class DropoutRate:
    """Mix in before the Keras class of a layer that has a `Dropout` called `drop`."""

    @property
    def dropout(self):
        """Rate of the dropout, in [0, 1]; it can be assigned at any time."""
        return self.drop.rate

    @dropout.setter
    def dropout(self, rate):
        self._drop_at(check_rate("dropout", rate))

    def _drop_at(self, rate):
        """Takes over a rate; a layer of several dropouts gives it to all."""
        self.drop.rate = rate
