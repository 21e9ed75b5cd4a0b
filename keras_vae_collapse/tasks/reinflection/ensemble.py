"""Several models that inflect together."""

import warnings

import tensorflow as tf

from keras_vae_collapse.core.special_ids import FIRST_SYMBOL
from keras_vae_collapse.models.ensemble_decoding import decode_together
from keras_vae_collapse.tasks.data_errors import DataWarning
from keras_vae_collapse.tasks.reinflection.inflection import Inflection
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec


class ReinflectionEnsemble(Inflection, tf.Module):
    """Models of one language that choose each symbol together.

    Each member encodes the source by itself, and each symbol is drawn from the geometric mean of
    what the members say of it:

    ```
    p(x_t = k) = prod_m p_m(x_t = k | x_<t, z_m, y)^(1/M) / Z
    ```

    in greedy and in beam search. Members may have been trained on different files: a symbol is
    known by its character, and those that a member does not know are never written, as their
    product is 0. A source is read by each member in its own vocabulary.

    Args:
        members: `ReinflectionVAE`s, at least one.

    Raises:
        ValueError: there is none, one is no model of reinflection, they share no character or no
            feature, or some were trained on features and others on UniMorph tags.

    Example:

    ```python
    from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.tasks.reinflection import Example, ReinflectionVAE, Vocabulary
    from keras_vae_collapse.tasks.reinflection import ReinflectionEnsemble

    vocabulary = Vocabulary.from_examples([Example("evler", "pos=N,case=ABL,num=SG", "evden")])
    members = [
        ReinflectionVAE(
            vocabulary,
            encoder=GRUEncoder(vocabulary.size, units=16, embedding_dim=8),
            latent=GaussianLatent(4),
            decoder=SequenceDecoder(vocabulary.size, GRUDecoder(16), condition_dim=8),
        )
        for _ in range(2)
    ]
    ensemble = ReinflectionEnsemble(members)
    assert len(ensemble.inflect(["evler"], ["pos=N,case=ABL,num=SG"], beam_width=4)) == 1
    ```
    """

    def __init__(self, members):
        super().__init__(name="ensemble")
        self.members = list(members)
        if not self.members:
            raise ValueError("`members` must hold at least one model. Received none.")
        for number, member in enumerate(self.members):
            if not isinstance(getattr(member, "vocabulary", None), Vocabulary):
                raise ValueError(
                    f"`members` must be models of reinflection. Received: number {number} counted "
                    f"from 0 is a {type(member).__name__}"
                )
        self.vocabulary = common_vocabulary([member.vocabulary for member in self.members])
        self.codec = WordCodec(self.vocabulary, name="codec")
        self.max_length = max(member.max_length for member in self.members)

    @property
    def max_characters(self):
        """The longest word that every member reads whole."""
        return min(member.codec.max_characters for member in self.members)

    def inflect_strings(self, sources, features, beam_width=1):
        """String tensors `(N,)` to the best forms `(N, beam_width)` and their log p, in graph."""
        members = [
            (
                member.decoder,
                *member.decoding_inputs(sources, features),
                own_ids(self.vocabulary, member.vocabulary),
            )
            for member in self.members
        ]
        ids, log_p = decode_together(members, self.max_length, beam_width)
        return self.codec.words(ids), log_p


def common_vocabulary(vocabularies):
    """What all vocabularies know, in the order of the first; a `DataWarning` names what is lost.

    Raises:
        ValueError: they share no character, or write features in different ways.
    """
    first = vocabularies[0]
    separators = sorted({vocabulary.separator for vocabulary in vocabularies})
    if len(separators) > 1:
        raise ValueError(
            "`members` must write features alike. Received: models with "
            + " and ".join(repr(separator) for separator in separators)
            + " between features"
        )
    characters, features = (
        [x for x in getattr(first, name) if all(x in getattr(v, name) for v in vocabularies)]
        for name in ("characters", "features")
    )
    for name, shared in (("characters", characters), ("features", features)):
        if not shared and getattr(first, name):
            raise ValueError(f"`members` must share {name}. Received: models that share none")
    lost = sorted({c for vocabulary in vocabularies for c in vocabulary.characters} - {*characters})
    if lost:
        warnings.warn(
            f"{len(lost)} characters are not known to every model and are never written: "
            f"{' '.join(lost[:20])}{' ...' if len(lost) > 20 else ''}",
            DataWarning,
            stacklevel=3,
        )
    return Vocabulary(
        tuple(characters), tuple(features), max(v.max_length for v in vocabularies), first.separator
    )


def own_ids(common, vocabulary):
    """The ids that the symbols of a common vocabulary have in another; `None` for the same."""
    if common.characters == vocabulary.characters:
        return None
    place = {c: i for i, c in enumerate(vocabulary.characters, start=FIRST_SYMBOL)}
    return [*range(FIRST_SYMBOL), *(place[character] for character in common.characters)]
