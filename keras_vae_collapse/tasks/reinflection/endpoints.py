"""Endpoints of an exported reinflection model, plain strings in and out."""

import tensorflow as tf

from keras_vae_collapse.models.chunks import SEED_ROWS, by_length, in_chunks

_STRING = tf.TensorSpec([None], tf.string)
_FORM: list = [(tf.string, []), (tf.float32, [])]


def string_endpoints(model):
    """What the SavedModel of a `ReinflectionVAE` offers; that of an ensemble has `inflect` alone.

    - `inflect(source: string[N], features: string[N])`, the default, gives `form: string[N]` and
      `log_probability: float32[N]`, `log p(form | z, features)` in nats at the posterior mean,
      by greedy search;
    - `encode(source: string[N])` gives `loc` and `scale`, float32 `[N, latent_dim]`;
    - `analyse(word: string[N])`, of a model that guesses features, gives `features: string[N]` and
      `log_probability: float32[N]`, `log q(features | word)` in nats;
    - `sample(seed: int32[2], features: string[N])` gives words of `z` drawn from the prior,
      `form` and `log_probability`; the same seed gives the same words.

    Words are handled in chunks of 128, so that memory does not grow with N. Unknown
    characters and features are read as unknown, and a word is read up to its first 512
    characters (twice the longest of training, if that is more); nothing raises.

    Returns:
        `{name: (function, signature)}`.
    """

    inflect = {"inflect": (_inflect_endpoint(model), [_STRING, _STRING])}
    if not hasattr(model, "latent"):
        return inflect

    def encode(source):
        dim = [model.latent.latent_dim]
        loc, scale = in_chunks(
            lambda rows: model.encode_ids(model.codec.word_ids(source[rows])),
            tf.shape(source)[0],
            [(tf.float32, dim), (tf.float32, dim)],
        )
        return {"loc": loc, "scale": scale}

    def sample(seed, features):
        def chunk(rows):
            condition = model.codec.feature_vector(features[rows])
            chunk_seed = tf.random.experimental.stateless_fold_in(seed, rows.start)
            z = model.sample_prior(tf.shape(condition)[0], chunk_seed)
            ids, log_p = model.decode(z, condition)
            return model.codec.words(ids)[:, 0], log_p[:, 0]

        return _form(in_chunks(chunk, tf.shape(features)[0], _FORM, SEED_ROWS))

    endpoints = {
        **inflect,
        "encode": (encode, [_STRING]),
        "sample": (sample, [tf.TensorSpec([2], tf.int32), _STRING]),
    }
    if hasattr(model, "analyse_strings"):
        endpoints["analyse"] = _analyse_endpoint(model), [_STRING]
    return endpoints


def _inflect_endpoint(model):
    def inflect(source, features):
        def sorted_rows(source, features):
            def chunk(rows):
                forms, log_p = model.inflect_strings(source[rows], features[rows])
                return forms[:, 0], log_p[:, 0]

            return in_chunks(chunk, tf.shape(source)[0], _FORM)

        return _form(by_length(sorted_rows, source, features))

    return inflect


def _analyse_endpoint(model):
    def analyse(word):
        chunks = in_chunks(lambda rows: model.analyse_strings(word[rows]), tf.shape(word)[0], _FORM)
        return dict(zip(("features", "log_probability"), chunks, strict=True))

    return analyse


def _form(outputs):
    return dict(zip(("form", "log_probability"), outputs, strict=True))
