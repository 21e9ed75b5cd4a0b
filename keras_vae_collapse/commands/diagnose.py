"""Diagnoses a trained model: `python -m keras_vae_collapse.diagnose --help`."""

import argparse
import logging
import pathlib
import sys


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("keras_vae_collapse.diagnose", description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--file", required=True, help="file with gold forms")
    parser.add_argument("--task", default="3", choices=["1", "2", "3", "unimorph"], help="format")
    parser.add_argument("--num_samples", type=int, default=500, help="samples a word of the NLL")
    parser.add_argument("--max_words", type=int, default=1600, help="draw so many of a larger file")
    parser.add_argument("--num_examples", type=int, default=8, help="outputs to show")
    parser.add_argument("--seed", type=int, default=0, help="seed of all noise")
    parser.add_argument(
        "--output_dir", help="folder for report.json and report.html; default: the model's"
    )
    parser.add_argument("--json", help="another file for the report as JSON")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    # Not the settings of training, which leave large matrix products a single core.
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    from keras_vae_collapse.core.files import write_text
    from keras_vae_collapse.diagnostics import diagnose
    from keras_vae_collapse.runs.model_archive import load_model
    from keras_vae_collapse.tasks.reinflection import read_examples, warn_unseen
    from keras_vae_collapse.tasks.reinflection.adapter import adapt_reinflection_vae

    folder = pathlib.Path(options.output_dir or options.model_dir)
    try:
        task = int(options.task) if options.task.isdigit() else options.task
        examples = read_examples(options.file, task)
        model = load_model(options.model_dir)
        latent_model = adapt_reinflection_vae(model, examples)
        warn_unseen(model.vocabulary, examples)
        report = diagnose(
            latent_model,
            num_samples=options.num_samples,
            seed=options.seed,
            max_rows=options.max_words,
            num_examples=options.num_examples,
        )
        paths = [folder / "report.json", folder / "report.html"]
        write_text(paths[0], report.to_json() + "\n")
        write_text(paths[1], report.to_html())
        if options.json:
            paths.append(pathlib.Path(options.json))
            write_text(paths[-1], report.to_json() + "\n")
    except (ValueError, OSError, RuntimeError) as error:
        print(f"diagnose: {error}", file=sys.stderr)
        return 1
    print(report.to_text())
    print("\nwritten:", *(f"  {path}" for path in paths), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
