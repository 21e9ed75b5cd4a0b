"""A data set by the name a flag gives it."""

from keras_vae_collapse.data.download import resolve_data
from keras_vae_collapse.data.example import DataError
from keras_vae_collapse.data.language_files import read_language

DEMO = "demo"


def load_data(name, language="turkish", task=3):
    """The training and development examples of a data set.

    Args:
        name: `"demo"`, the embedded Turkish nouns; a directory of SIGMORPHON 2016 files; or
            `"sigmorphon2016"`, which is downloaded once (a directory of that name in the
            working directory comes first, one called `demo` must be given as `./demo`).
        language, task: which files.

    Returns:
        `(train, dev)`, lists of `Example`.

    Raises:
        DataError: something is missing or bad; the message says what.
    """
    if str(name) == DEMO:
        from keras_vae_collapse.data.turkish_demo import demo_examples

        if language != "turkish":
            raise DataError(f"the demo data set is turkish. Received: language={language!r}")
        parts = demo_examples(task=task)
        return parts["train"], parts["dev"]
    return read_language(resolve_data(name, language, task), language, task)
