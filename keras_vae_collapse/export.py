"""A trained model as a SavedModel that takes and gives plain strings."""

import os

import keras
import tensorflow as tf

from keras_vae_collapse.core.files import replacing

CHUNK = 256


def export_model(model, path):
    """Writes a SavedModel that TensorFlow alone can load and run.

    Endpoints (also signatures of the same names; `inflect` is the default):

    - `inflect(source: string[N], features: string[N])` gives `form: string[N]` and
      `log_probability: float32[N]`, `log p(form | z, features)` in nats at the posterior mean,
      by greedy search;
    - `encode(source: string[N])` gives `loc` and `scale`, float32 `[N, latent_dim]`;
    - `sample(seed: int32[2], features: string[N])` gives words of `z` drawn from the prior,
      `form` and `log_probability`; the same seed gives the same words.

    Words are handled in chunks of 256, so that memory does not grow with N. Unknown
    characters and features are read as unknown, and a word is read up to its first 512
    characters (twice the longest of training, if that is more); nothing raises.

    Args:
        model: a `ReinflectionVAE`.
        path: the folder to write; replaced when complete.
    """
    string = tf.TensorSpec([None], tf.string)

    def inflect(source, features):
        def chunk(rows):
            forms, log_p = model.inflect_strings(source[rows], features[rows])
            return forms[:, 0], log_p[:, 0]

        form, log_probability = _in_chunks(
            chunk, tf.shape(source)[0], [(tf.string, []), (tf.float32, [])]
        )
        return {"form": form, "log_probability": log_probability}

    def encode(source):
        dim = [model.latent.latent_dim]
        loc, scale = _in_chunks(
            lambda rows: model.encode_ids(model.codec.word_ids(source[rows])),
            tf.shape(source)[0],
            [(tf.float32, dim), (tf.float32, dim)],
        )
        return {"loc": loc, "scale": scale}

    def sample(seed, features):
        def chunk(rows):
            y = model.codec.feature_vector(features[rows])
            chunk_seed = tf.random.experimental.stateless_fold_in(seed, rows.start)
            z = model.sample_prior(tf.shape(y)[0], chunk_seed)
            ids, log_p = model.decode_ids(z, y)
            return model.codec.words(ids)[:, 0], log_p[:, 0]

        form, log_probability = _in_chunks(
            chunk, tf.shape(features)[0], [(tf.string, []), (tf.float32, [])]
        )
        return {"form": form, "log_probability": log_probability}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("inflect", inflect, [string, string])
    archive.add_endpoint("encode", encode, [string])
    archive.add_endpoint("sample", sample, [tf.TensorSpec([2], tf.int32), string])
    with replacing(path) as temporary:
        archive.write_out(os.fspath(temporary), verbose=False)


def _in_chunks(function, total, outputs):
    """Concatenates `function(slice)` over slices of `CHUNK` rows, in a graph loop."""
    chunks = tf.maximum(1, (total + CHUNK - 1) // CHUNK)
    arrays = tuple(
        tf.TensorArray(dtype, size=chunks, infer_shape=False, element_shape=[None, *shape])
        for dtype, shape in outputs
    )

    def body(i, arrays):
        start = i * CHUNK
        parts = function(slice(start, tf.minimum(start + CHUNK, total)))
        return i + 1, tuple(a.write(i, p) for a, p in zip(arrays, parts, strict=True))

    _, arrays = tf.while_loop(
        lambda i, _: i < chunks, body, (tf.constant(0), arrays), parallel_iterations=1
    )
    return tuple(
        tf.ensure_shape(array.concat(), [None, *shape])
        for array, (_, shape) in zip(arrays, outputs, strict=True)
    )
