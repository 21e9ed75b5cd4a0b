"""What somebody may have meant by malformed features."""

import re

from keras_vae_collapse.tasks.data_errors import shortened

_SHOWN = 8


def feature_hint(text, vocabulary):
    """A sentence for the end of an error.

    `N;ABL` may mean `pos=N,case=ABL`, if no other key has these values and the whole is well
    formed; else the hint is the first known feature of each key.
    """
    keys, values = {}, {}
    for feature in vocabulary.features:
        keys.setdefault(feature.partition("=")[0], feature)
        values.setdefault(feature.rpartition("=")[2], []).append(feature)
    meant = [values.get(tag.rpartition("=")[2], ()) for tag in re.split("[;,]", text)]
    if all(len(features) == 1 for features in meant):
        whole = vocabulary.separator.join(feature for (feature,) in meant)
        try:
            vocabulary.check_features(whole)
        except ValueError:
            pass  # two values of one key, or one twice
        else:
            return f"Did you mean {shortened(whole)}?"
    return f"The model knows features such as {' '.join(list(keys.values())[:_SHOWN])}"
