"""One line that asks for a form: a word, a tab, the features of the form that is wanted."""

from keras_vae_collapse.tasks.data_errors import shortened
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.unicode import forbidden_character


def read_query(raw, path, line, model):
    """The `Example` without a target that a line of bytes asks for.

    Args:
        raw: the line, without its end.
        path, line: where it was read.
        model: the `ReinflectionVAE` that is asked.

    Raises:
        ValueError: it is no UTF-8, has no two columns, or one that is empty, malformed or too
            long.
    """
    try:
        columns = raw.decode("utf-8").split("\t")
    except UnicodeDecodeError:
        raise ValueError(f"not UTF-8: {raw[:80]!r}") from None
    if len(columns) != 2:
        text = shortened("\t".join(columns))
        raise ValueError(f"expected source<TAB>features, received {len(columns)} column(s): {text}")
    source, features = columns
    if not source:
        raise ValueError("the source is empty")
    if wrong := forbidden_character("".join(columns)):
        raise ValueError(f"the forbidden character {wrong} in {shortened(source)}")
    model.check_source(source)
    model.check_features(features)
    return Example(source, features, None, path=path, line=line)
