"""Features as attributes of words: `case`, `num` and the like, each with one value or none."""

import collections

from keras_vae_collapse.tasks.reinflection.features import split_features


def attribute_name(feature):
    """The attribute of a feature: the key of `key=value`; a tag is an attribute by itself."""
    key, equals, _ = feature.partition("=")
    return key if equals and key != "tag" else feature


def attribute_groups(vocabulary, examples):
    """The entries of the feature vector that are the values of each attribute.

    Attributes come in the order in which the examples write them, so that features which are
    written in the order of the groups look like those of the data.

    Args:
        vocabulary: a `Vocabulary`.
        examples: the labelled examples.

    Returns:
        A list of lists of positions in `Vocabulary.encode_features`.
    """
    places, counts = collections.Counter(), collections.Counter()
    for text, count in collections.Counter(e.features for e in examples).items():
        for place, feature in enumerate(split_features(text, vocabulary.separator)):
            name = attribute_name(feature)
            places[name] += place * count
            counts[name] += count
    groups = collections.defaultdict(list)
    for entry, feature in enumerate(vocabulary.features, start=1):
        groups[attribute_name(feature)].append(entry)

    def mean_place(name):
        return places[name] / counts[name] if counts[name] else len(places)

    return [groups[name] for name in sorted(groups, key=lambda name: (mean_place(name), name))]


def feature_prior(vocabulary, examples, groups):
    """How probable every feature is, by its frequency among the examples.

    ```
    p(feature f of attribute k) = (n_f + 1) / (N + V_k + 1)
    ```

    with `N` the number of examples and `V_k` that of the values of the attribute: one example
    each is added for every value, and for the attribute's absence.

    Args:
        vocabulary, examples: as for `attribute_groups`.
        groups: what it returns.

    Returns:
        A list of `vocabulary.feature_size` numbers.
    """
    found, labelled = collections.Counter(), 0
    for text, count in collections.Counter(e.features for e in examples).items():
        present = set(split_features(text, vocabulary.separator))
        labelled += count * bool(present)
        found.update(dict.fromkeys(present, count))
    prior = [0.0] * vocabulary.feature_size
    for group in groups:
        for entry in group:
            count = found[vocabulary.features[entry - 1]]
            prior[entry] = (count + 1) / (labelled + len(group) + 1)
    return prior
