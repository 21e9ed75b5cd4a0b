"""One line that asks: a word and the features of the form that is wanted, or a word alone."""

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
    columns = _decoded(raw).split("\t")
    if len(columns) != 2:
        text = shortened("\t".join(columns))
        raise ValueError(f"expected source<TAB>features, received {len(columns)} column(s): {text}")
    source, features = columns
    if not source:
        raise ValueError("the source is empty")
    _check("".join(columns), source)
    model.check_source(source)
    model.check_features(features)
    return Example(source, features, None, path=path, line=line)


def read_word(raw, path, line, model):
    """The `Example` of a line of bytes that is a word, without features and target.

    Args:
        raw, path, line, model: as for `read_query`.

    Raises:
        ValueError: it is no UTF-8, has a tab or another forbidden character, or is too long.
    """
    word = _decoded(raw)
    _check(word, word)
    model.check_source(word)
    return Example(word, "", None, path=path, line=line)


def _decoded(raw):
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"not UTF-8: {raw[:80]!r}") from None


def _check(text, shown):
    if wrong := forbidden_character(text):
        raise ValueError(f"the forbidden character {wrong} in {shortened(shown)}")
