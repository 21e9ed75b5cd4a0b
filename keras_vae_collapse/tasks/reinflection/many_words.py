"""Inflects more words than one would wait for without a progress bar."""

import keras
import numpy as np

_BATCH = 2048


def inflect_many(model, sources, features, verbose=0):
    """The forms of many words, decoded in batches of like lengths.

    Args:
        model: a `ReinflectionVAE`.
        sources, features: lists of strings of equal lengths.
        verbose: 1 for a progress bar, 0 for silence.
    """
    forms = [None] * len(sources)
    order = np.argsort([len(source) for source in sources], kind="stable")
    if verbose:
        print(f"inflecting {len(sources):,} words for the next round", flush=True)
    progress = keras.utils.Progbar(len(sources), verbose=int(verbose == 1))
    for start in range(0, len(order), _BATCH):
        rows = order[start : start + _BATCH]
        answers = model.inflect([sources[i] for i in rows], [features[i] for i in rows])
        for i, form in zip(rows, answers, strict=True):
            forms[i] = form
        progress.update(start + len(rows))
    return forms
