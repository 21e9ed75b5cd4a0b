"""Trains a recipe; see `python train.py --help`."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from absl import app, flags  # noqa: E402

flags.DEFINE_string("recipe", "mdr", "name of a recipe; --recipe=list shows them")
flags.DEFINE_string("data", "demo", "demo, a directory of SIGMORPHON 2016 files, sigmorphon2016")
flags.DEFINE_string("language", "turkish", "language of the files")
flags.DEFINE_enum("task", "3", ["1", "3"], "SIGMORPHON 2016 task")
flags.DEFINE_multi_enum(
    "added_tasks", [], ["1", "2", "3"], "task whose training file is added; may be repeated"
)
flags.DEFINE_integer("epochs", None, "most epochs; default: the recipe's", lower_bound=1)
flags.DEFINE_integer("seed", 0, "seed of weights, batches and noise", lower_bound=0)
flags.DEFINE_string("output_dir", None, "run directory; default: runs/RECIPE")
flags.DEFINE_string("strategy", "auto", "auto, single, mirrored or multiworker")
flags.DEFINE_integer("logical_cpus", 0, "replicas of --strategy=mirrored without a GPU")
flags.DEFINE_multi_string("set", [], "override of a recipe's field: --set latent_dim=32")
flags.DEFINE_bool("resume", False, "go on with the run in output_dir")
flags.DEFINE_bool("overwrite", False, "replace the run in output_dir")
flags.DEFINE_float(
    "max_minutes",
    None,
    "stop training after so many minutes; default: 4 for the demo, else no limit",
    lower_bound=0.0,
)
flags.DEFINE_enum("verbose", "1", ["0", "1", "2"], "0 silent, 1 progress bar, 2 a line an epoch")
FLAGS = flags.FLAGS

# With start and final evaluation about five minutes on two cores.
DEMO_MINUTES = 4.0


def main(argv):
    if len(argv) > 1:
        sys.exit(f"train.py: unknown argument {argv[1]!r}; all options begin with --")
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    import zoo
    from keras_vae_collapse.training.loop import train
    from keras_vae_collapse.training.summary import training_summary

    if FLAGS.recipe == "list":
        print("\n".join(f"{name:24s}{zoo.recipe(name).summary}" for name in zoo.recipes()))
        return
    max_minutes = FLAGS.max_minutes
    if max_minutes is None and FLAGS.epochs is None and FLAGS.data == "demo":
        max_minutes = DEMO_MINUTES
    try:
        recipe = zoo.override(zoo.recipe(FLAGS.recipe), FLAGS.set)
        metrics, run = train(
            recipe,
            zoo.build,
            data=FLAGS.data,
            language=FLAGS.language,
            task=int(FLAGS.task),
            added_tasks=[int(task) for task in FLAGS.added_tasks],
            output_dir=FLAGS.output_dir or f"runs/{FLAGS.recipe}",
            epochs=FLAGS.epochs,
            seed=FLAGS.seed,
            strategy=FLAGS.strategy,
            logical_cpus=FLAGS.logical_cpus,
            resume=FLAGS.resume,
            overwrite=FLAGS.overwrite,
            max_minutes=max_minutes,
            verbose=int(FLAGS.verbose),
        )
    except (ValueError, OSError, RuntimeError, ArithmeticError) as error:
        sys.exit(f"train.py: {error}")
    if run is not None:  # the chief of a cluster has written it
        print(training_summary(metrics, run))


if __name__ == "__main__":
    app.run(main)
