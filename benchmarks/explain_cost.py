"""What `explain` costs beside one evaluation: `python benchmarks/explain_cost.py`.

For each number of rows it makes three small models, trains them for a little, and prints the
processor time of one `model.evaluate` (the first, which traces the model, and a second), of one
`explain`, and their ratio.
"""

import argparse
import json
import time

import numpy as np


def dense(x):
    import keras

    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import BernoulliNLL, KLDivergence

    inputs = keras.Input(x.shape[1:])
    hidden = keras.layers.Dense(64, activation="relu")(inputs)
    z = GaussianLatent(4, rate_term=KLDivergence())(hidden)
    outputs = keras.layers.Dense(x.shape[1])(keras.layers.Dense(64, activation="relu")(z))
    model = keras.Model(inputs, outputs)
    model.compile("adam", BernoulliNLL())
    return model, x, x


def lstm(ids):
    import keras

    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import KLDivergence, SequenceNLL

    inputs = keras.Input(ids.shape[1:], dtype="int32")
    embedded = keras.layers.Embedding(30, 32)(inputs)
    z = GaussianLatent(8, rate_term=KLDivergence())(keras.layers.LSTM(64)(embedded))
    states = keras.layers.LSTM(64, return_sequences=True)(
        keras.layers.RepeatVector(ids.shape[1])(z)
    )
    model = keras.Model(inputs, keras.layers.Dense(30)(states))
    model.compile("adam", SequenceNLL())
    return model, ids, ids


def sequence_vae(ids):
    import zoo
    from keras_vae_collapse.tasks import TextTask

    task = TextTask("demo")
    recipe = zoo.override(zoo.recipe("base"), ["hidden_units=64", "latent_dim=16"])
    model = task.model(recipe)
    model.compile("adam")
    arrays = task.encode(task.train_examples[: len(ids)])
    return model, arrays, None


def measure(name, make, data):
    """Processor seconds of evaluations and of `explain`."""
    import keras

    from keras_vae_collapse.diagnostics import explain

    keras.utils.set_random_seed(0)
    model, x, y = make(data)
    model.fit(x, y, epochs=2, verbose=0)
    seconds = []
    for call in (
        lambda: model.evaluate(x, y, verbose=0),
        lambda: model.evaluate(x, y, verbose=0),
        lambda: explain(model, x, y),
        lambda: explain(model, x, y),
    ):
        start = time.process_time()
        call()
        seconds.append(round(time.process_time() - start, 3))
    keras.backend.clear_session()
    first, second, explained, again = seconds
    return {
        "model": name,
        "rows": len(data),
        "first_evaluate_s": first,
        "evaluate_s": second,
        "explain_s": explained,
        "again_s": again,
        "ratio_to_first": round(explained / first, 1),
        "ratio": round(explained / second, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[250, 1000, 4000])
    parser.add_argument("--models", nargs="+", default=["dense", "lstm", "sequence_vae"])
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    for rows in options.rows:
        images = rng.integers(2, size=(rows, 64)).astype("float32")
        ids = rng.integers(1, 30, size=(rows, 12)).astype("int32")
        data = {"dense": images, "lstm": ids, "sequence_vae": ids}
        makers = {"dense": dense, "lstm": lstm, "sequence_vae": sequence_vae}
        for name in options.models:
            print(json.dumps(measure(name, makers[name], data[name])), flush=True)


if __name__ == "__main__":
    main()
