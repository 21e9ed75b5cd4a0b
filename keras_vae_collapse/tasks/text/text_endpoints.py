"""Endpoints of an exported sentence model, plain strings in and out."""

import tensorflow as tf

from keras_vae_collapse.models.chunks import SEED_ROWS, by_length, in_chunks

_STRINGS = tf.TensorSpec([None], tf.string, "sentence")
_SENTENCE: list = [(tf.string, []), (tf.float32, [])]


def sentence_endpoints(model) -> dict:
    """What the SavedModel of a `TextVAE` offers.

    - `reconstruct(sentence: string[N])`, the default, gives `sentence: string[N]` and
      `log_probability: float32[N]`, `log p(x | z)` in nats at the posterior mean, by greedy search
      (among sentences of known tokens, since no other symbol is ever written);
    - `encode(sentence: string[N])` gives `loc` and `scale`, float32 `[N, latent_dim]`;
    - `decode(z: float32[N, latent_dim])` gives `sentence` and `log_probability`;
    - `sample(seed: int32[2], count: int32[])` gives the same of `z` drawn from the prior; the same
      seed gives the same sentences.

    Sentences are handled in chunks of 128, so that memory does not grow with N. Unknown tokens are
    read as unknown, and a sentence is read up to its first 512 tokens (twice the longest of
    training, if that is more); nothing raises.

    Returns:
        `{name: (function, signature)}`.
    """
    dim = model.latent.latent_dim

    def written(z):
        ids, log_p = model.decode(z)
        return model.codec.texts(ids[:, 0]), log_p[:, 0]

    def reconstruct(sentence):
        def sorted_rows(sentence):
            def chunk(rows):
                return written(model.encode_ids(model.codec.ids(sentence[rows]))[0])

            return in_chunks(chunk, tf.shape(sentence)[0], _SENTENCE)

        return _named(by_length(sorted_rows, sentence))

    def encode(sentence):
        loc, scale = in_chunks(
            lambda rows: model.encode_ids(model.codec.ids(sentence[rows])),
            tf.shape(sentence)[0],
            [(tf.float32, [dim])] * 2,
        )
        return {"loc": loc, "scale": scale}

    def decode(z):
        return _named(in_chunks(lambda rows: written(z[rows]), tf.shape(z)[0], _SENTENCE))

    def sample(seed, count):
        def chunk(rows):
            chunk_seed = tf.random.experimental.stateless_fold_in(seed, rows.start)
            return written(model.sample_prior(rows.stop - rows.start, chunk_seed))

        return _named(in_chunks(chunk, count, _SENTENCE, SEED_ROWS))

    return {
        "reconstruct": (reconstruct, [_STRINGS]),
        "encode": (encode, [_STRINGS]),
        "decode": (decode, [tf.TensorSpec([None, dim], tf.float32, "z")]),
        "sample": (
            sample,
            [tf.TensorSpec([2], tf.int32, "seed"), tf.TensorSpec([], tf.int32, "count")],
        ),
    }


def _named(outputs):
    return dict(zip(("sentence", "log_probability"), outputs, strict=True))
