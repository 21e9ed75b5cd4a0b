"""Writes the latent space of a file for TensorBoard's projector: `kvc-project --help`.

Training writes it for the development set; this command writes it for any file, with lemmas
from any other.
"""

import argparse
import pathlib
import sys

from keras_vae_collapse.commands.command import add_format, file_format, report_errors


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-project", description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--file", required=True, help="file whose source words are shown")
    add_format(parser)
    parser.add_argument("--lemma_file", help="file of task 1 or 2 that tells lemmas")
    add_format(parser, "--lemma_task", "1", ("1", "2"))
    parser.add_argument("--log_dir", help="folder to write; default: MODEL_DIR/logs/dev")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    return report_errors("projector", lambda: _project(options))


def _project(options):
    from keras_vae_collapse.tasks.reinflection import read_examples

    examples = read_examples(options.file, file_format(options.task))
    named = []
    if options.lemma_file:
        named = read_examples(options.lemma_file, file_format(options.lemma_task))
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.tasks.reinflection.projector_labels import projector_data
    from keras_vae_collapse.tensorboard import write_projector
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    model = load_model(options.model_dir)
    log_dir = pathlib.Path(options.log_dir or pathlib.Path(options.model_dir) / "logs" / "dev")
    vectors, columns, rows = projector_data(model, examples, named)
    write_projector(log_dir, vectors, columns, rows)
    print(f"{len(rows)} words; tensorboard --logdir {log_dir.parent}")


if __name__ == "__main__":
    sys.exit(main())
