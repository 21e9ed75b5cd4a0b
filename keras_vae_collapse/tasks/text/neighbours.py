"""Sentences that are near one another in the latent space."""

from collections.abc import Sequence

import numpy as np

from keras_vae_collapse.core.checks import check_integer

_BLOCK = 256


def nearest_sentences(
    model, queries: Sequence[str], sentences: Sequence[str], count: int = 10
) -> list[list[tuple[str, float]]]:
    """For each query the sentences whose posterior means point most nearly where its own does.

    ```
    cosine(a, b) = a . b / (|a| |b|),   a, b posterior means
    ```

    A vector of zeros has the cosine 0 with any other. A query is not among its own neighbours.

    Args:
        model: a `TextVAE`.
        queries: sentences.
        sentences: the candidates, in any order, repetitions allowed.
        count: at most this many neighbours for each query, at least 1.

    Returns:
        For each query a list of `(sentence, cosine)`, nearest first, equals in their order.

    Raises:
        ValueError: `count` lies outside its range, a sentence is empty or longer than the model
            reads, or a query has no other sentence to be compared with.

    Example:

    ```python
    from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.tasks.text import TextVAE, TokenVocabulary
    from keras_vae_collapse.tasks.text.neighbours import nearest_sentences

    texts = ["the dog barks", "the cat sleeps", "a bird sings"]
    size = (vocabulary := TokenVocabulary.from_texts(texts)).size
    parts = GRUEncoder(size, 16, 8), GaussianLatent(4), SequenceDecoder(size, GRUDecoder(16))
    (neighbours,) = nearest_sentences(TextVAE(vocabulary, *parts), texts[:1], texts)
    assert {text for text, _ in neighbours} == set(texts[1:])
    ```
    """
    check_integer("count", count, low=1)
    candidates = list(dict.fromkeys(sentences))
    for query in queries:
        if not set(candidates) - {query}:
            raise ValueError(f"there is no other sentence to compare {query!r} with")
    unit = _directions(model.encode(candidates)[0])
    asked = _directions(model.encode(queries)[0])
    places = {text: place for place, text in enumerate(candidates)}
    neighbours = []
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        for query, cosines in zip(block, asked[start : start + _BLOCK] @ unit.T, strict=True):
            order = np.argsort(-cosines, kind="stable")[: count + 1]
            rows = [row for row in order if row != places.get(query)][:count]
            neighbours.append([(candidates[row], float(cosines[row])) for row in rows])
    return neighbours


def _directions(vectors):
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1.0)
