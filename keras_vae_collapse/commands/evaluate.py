"""Scores a trained model on a file: `python -m keras_vae_collapse.evaluate --help`."""

import argparse
import sys


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("keras_vae_collapse.evaluate", description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--file", required=True, help="file with gold forms")
    parser.add_argument("--task", default="3", choices=["1", "2", "3", "unimorph"], help="format")
    parser.add_argument("--beam_width", type=int, default=8, help="hypotheses of the beam search")
    parser.add_argument("--num_samples", type=int, default=50, help="samples a word of the NLL")
    parser.add_argument("--seed", type=int, default=0, help="seed of the samples")
    parser.add_argument("--json", help="file for the figures as JSON")
    parser.add_argument("--predictions", help="file for the n-best lists, official format")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.core.files import write_json
    from keras_vae_collapse.runs.model_archive import load_model
    from keras_vae_collapse.tasks.reinflection import read_examples, warn_unseen, write_predictions
    from keras_vae_collapse.training.evaluation import evaluate_model
    from keras_vae_collapse.training.summary import figures_table

    try:
        task = int(options.task) if options.task.isdigit() else options.task
        examples = read_examples(options.file, task)
        model = load_model(options.model_dir)
        warn_unseen(model.vocabulary, examples)
        figures, predictions = evaluate_model(
            model, examples, options.beam_width, options.num_samples, options.seed
        )
        if options.json:
            write_json(options.json, figures)
        if options.predictions:
            write_predictions(options.predictions, examples, predictions)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    print(figures_table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
