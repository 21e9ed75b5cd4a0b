"""Scores a trained model on a file: `kvc-evaluate --help`."""

import argparse
import sys

from keras_vae_collapse.commands.command import add_format
from keras_vae_collapse.commands.model_dir import (
    add_model_dir,
    gold_examples,
    model_folder,
    run_record,
    task_name,
)
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-evaluate", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--file", help="gold forms, or sentences; default: the development set")
    add_format(parser)
    parser.add_argument(
        "--beam_width", type=int, help="hypotheses of the beam search; default: that of training"
    )
    parser.add_argument("--num_samples", type=int, default=50, help="samples of each for the NLL")
    parser.add_argument("--seed", type=int, default=0, help="seed of the samples")
    parser.add_argument(
        "--labels",
        help="file with a label a line for a linear probe of the posterior means; demo for the "
        "factors of the embedded sentences",
    )
    parser.add_argument("--json", help="file for the figures as JSON")
    parser.add_argument("--predictions", help="file for the n-best lists, official format")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("evaluate", lambda: _evaluate(arguments().parse_args(argv)))


def _evaluate(options):
    from keras_vae_collapse.commands.probe_labels import probes, probes_table, read_labels

    folder = model_folder(options.model_dir)
    examples = gold_examples(options, folder)
    labels = read_labels(options.labels, examples) if options.labels else None
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.core.files import write_json
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.tasks.registry import task_class
    from keras_vae_collapse.training import evaluate
    from keras_vae_collapse.training.evaluation import EncodedExamples
    from keras_vae_collapse.training.summary import figures_table

    model = load_model(folder)
    config = run_record(folder).get("config", {})
    task = task_class(task_name(config)).of_model(model, examples)
    beam_width = task.beam_width if options.beam_width is None else options.beam_width
    figures, predictions = evaluate(
        task, model, examples, beam_width, options.num_samples, options.seed
    )
    if labels:
        encoded = EncodedExamples(task, model, examples)
        loc, _ = encoded.posterior()
        figures["probes"] = probes(loc[encoded.order.argsort()], labels)
    if options.json:
        write_json(options.json, figures)
    if options.predictions:
        task.write_predictions(options.predictions, examples, predictions)
    print(figures_table(task, figures))
    if labels:
        print(probes_table(figures["probes"]))


if __name__ == "__main__":
    sys.exit(main())
