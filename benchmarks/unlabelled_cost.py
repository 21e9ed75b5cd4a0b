"""What a training step costs with unlabelled words beside the labelled pairs, and without.

    python benchmarks/unlabelled_cost.py --data=FOLDER --language=turkish --unlabeled=FILE

Each round times the same number of steps of three models of one recipe in turn: without the part
`unlabeled`, with it and no words, with it and as many words as pairs. Rounds alternate, so that
what else the machine does falls on all of them; the table has medians over the rounds.
"""

import argparse
import itertools
import statistics
import time

import keras

import zoo
from keras_vae_collapse.tasks.registry import reinflection_task
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.mixed_batches import mixed_dataset
from keras_vae_collapse.training.optimizer import make_optimizer
from keras_vae_collapse.training.pipeline import training_dataset


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("unlabelled_cost", description=__doc__)
    parser.add_argument("--recipe", default="msved", help="a recipe with a part `unlabeled`")
    parser.add_argument("--data", default="demo", help="as for kvc-train")
    parser.add_argument("--language", help="as for kvc-train")
    parser.add_argument("--unlabeled", required=True, help="file of words")
    parser.add_argument("--steps", type=int, default=30, help="steps of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, after one that warms up")
    return parser


def batches(task, recipe, words):
    """An endless iterator of training batches."""
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, seed=0, steps=recipe.epoch_steps)
    if not words:
        return training_dataset(arrays, plan)
    further, ratio = task.unlabelled(recipe)
    size = round(ratio * recipe.batch_size)
    others = BatchPlan.of(further, size, seed=1, steps=plan.steps_per_epoch)
    return mixed_dataset(arrays, plan, further, others)


def main():
    options = arguments().parse_args()
    recipe = zoo.recipe(options.recipe)
    task = reinflection_task(recipe, options.data, options.language, unlabeled=[options.unlabeled])
    kinds = {
        "without `unlabeled`": (recipe.replace(unlabeled=None), False),
        "with it, no words": (recipe, False),
        "with it, a word a pair": (recipe, True),
    }
    models, data, seconds = {}, {}, {name: [] for name in kinds}
    for name, (own, words) in kinds.items():
        keras.utils.set_random_seed(0)
        models[name] = build(own, task)
        models[name].compile(optimizer=make_optimizer(own))
        data[name] = iter(batches(task, own, words))
    for number in range(options.rounds + 1):
        for name, model in models.items():
            ready = list(itertools.islice(data[name], options.steps))
            begin = time.perf_counter()
            for batch in ready:
                model.train_on_batch(batch)
            if number:
                seconds[name].append((time.perf_counter() - begin) / options.steps)
    base = statistics.median(seconds["without `unlabeled`"])
    print("| step | ms, median | times the first |\n|---|---|---|")
    for name, found in seconds.items():
        middle = statistics.median(found)
        print(f"| {name} | {1000 * middle:.0f} | {middle / base:.2f} |")


if __name__ == "__main__":
    main()
