"""A `ReinflectionVAE` and a list of examples as a `LatentModel`."""

import tensorflow as tf

from keras_vae_collapse.diagnostics.latent_model import LatentModel


def adapt_reinflection_vae(model, examples):
    """Callables and arrays of a reinflection VAE, for diagnosis.

    Rows are sorted by length, so that chunks carry little padding; `labels` say which row is
    which.

    Args:
        model: a `ReinflectionVAE`.
        examples: `Example`s with a target each.

    Returns:
        A `LatentModel`; its outputs are strings.

    Raises:
        ValueError: the model has no latent variable, no example is given, or one has no
            target.
    """
    for part in ("encode_ids", "log_prob", "decode_ids", "latent", "vocabulary"):
        if not hasattr(model, part):
            raise ValueError(
                f"the model, a {type(model).__name__}, has no `{part}`: it is not a reinflection "
                "VAE. Describe any other latent-variable model by a LatentModel."
            )
    examples = list(examples)
    if not examples:
        raise ValueError("`examples` must hold at least one example. Received none.")
    for example in examples:
        if not example.target:
            raise ValueError(f"an example without a gold form cannot be diagnosed: {example!r}")
    from keras_vae_collapse.training.evaluation import EncodedExamples

    encoded = EncodedExamples(model, examples)

    @tf.function(reduce_retracing=True)
    def decode_words(z, features):
        ids, _ = model.decode_ids(z, features)
        return model.codec.words(ids[:, 0])

    def decode(z, inputs):
        words = decode_words(tf.convert_to_tensor(z), tf.convert_to_tensor(inputs["features"]))
        return [word.decode("utf-8", "replace") for word in words.numpy()]

    prior = model.latent.prior
    return LatentModel(
        encode=encoded.encode,
        log_prob=encoded.log_prob,
        inputs=encoded.arrays,
        decode=decode,
        prior=None if prior is None else prior.distribution(),
        labels=[f"{example.source} + {example.features}" for example in encoded.examples],
        gold=[example.target for example in encoded.examples],
    )
