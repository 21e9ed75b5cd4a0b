"""Trains recipes once in one go and once with interruptions; prints what differs, as JSON.

A program of its own, since deterministic ops cannot be switched off again: the arguments are a
data set, a folder for the runs, and names of recipes. What follows training (evaluation,
export) is left out, since it starts from what is compared here.
"""

import json
import pathlib
import sys

from training_runs import differences, left_by, tiny

from keras_vae_collapse.training.process import prepare_process

prepare_process()

import zoo  # noqa: E402
from keras_vae_collapse import callbacks  # noqa: E402
from keras_vae_collapse.tasks.registry import reinflection_task  # noqa: E402
from keras_vae_collapse.training.loop import train  # noqa: E402
from keras_vae_collapse.training.round_trainer import RoundTrainer  # noqa: E402

EPOCHS = 4
# After how many batches, of 6 an epoch, a session is interrupted; the last runs to the end.
SESSIONS = (8, None)


class Interrupted(BaseException):
    """Not an `Exception`, so that nothing takes care of it: what a kill leaves is left."""


def run(recipe, data, folder, batches=None):
    """Starts or resumes a run and interrupts it after a number of batches."""
    seen = []
    at_batch_end = callbacks.TimeLimit.on_train_batch_end

    def count(self, batch, logs=None):
        seen.append(batch)
        if len(seen) == batches:
            raise Interrupted
        at_batch_end(self, batch, logs)

    callbacks.TimeLimit.on_train_batch_end = count
    try:
        words = [words_beside(data)] if recipe.unlabeled else ()
        task = reinflection_task(recipe, data, unlabeled=words)
        train(recipe, task, folder, epochs=EPOCHS, resume=True, verbose=0)
    except Interrupted:
        pass
    finally:
        callbacks.TimeLimit.on_train_batch_end = at_batch_end


def words_beside(data):
    """A file of words without features, for recipes that learn from such."""
    path = pathlib.Path(data) / "words"
    path.write_text("yolda\nkoldan\nadalar\ndildeler\n" * 3, encoding="utf-8")
    return path


def main(data, folder, *names):
    RoundTrainer._finish = lambda *_: {}
    found = {}
    for name in names or zoo.recipes():
        settings = {"ema_momentum": 0.9, "dropout": 0.1, "patience": 2}
        settings["augmentation"] = "PrefixSwaps"  # six batches an epoch
        if (zoo.recipe(name).encoder_training or {}).get("class") == "EncoderPretraining":
            settings["encoder_training.epochs"] = 2
        recipe = tiny(name, **settings)
        one, many = (pathlib.Path(folder) / f"{name}-{kind}" for kind in ("one", "many"))
        run(recipe, data, one)
        for batches in SESSIONS:
            run(recipe, data, many, batches)
        one, many = left_by(one, finished=False), left_by(many, finished=False)
        found[name] = {
            "epoch": one["state"]["epoch"],
            "variables": sum(key.startswith("variables") for key in one),
            "differences": differences(one, many),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
