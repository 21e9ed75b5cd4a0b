"""Writes the latent space of a file for TensorBoard's projector: `kvc-project --help`.

Training writes it for the development set; this command writes it for any file, with lemmas
from any other.
"""

import argparse
import pathlib
import sys

from keras_vae_collapse.commands.command import add_format, file_format
from keras_vae_collapse.commands.model_dir import add_model_dir, model_folder, writable_folder
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-project", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--file", required=True, help="file whose source words are shown")
    add_format(parser)
    parser.add_argument("--lemma_file", help="file of task 1 or 2 that tells lemmas")
    add_format(parser, "--lemma_task", "1", ("1", "2"))
    parser.add_argument("--log_dir", help="folder to write; default: MODEL_DIR/logs/dev")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("projector", lambda: _project(arguments().parse_args(argv)))


def _project(options):
    folder = model_folder(options.model_dir)
    from keras_vae_collapse.tasks.reinflection import read_examples

    examples = read_examples(options.file, file_format(options.task))
    named = []
    if options.lemma_file:
        named = read_examples(options.lemma_file, file_format(options.lemma_task))
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.tasks.reinflection.projector_labels import projector_data
    from keras_vae_collapse.tensorboard import write_projector

    model = load_model(folder)
    log_dir = pathlib.Path(options.log_dir or writable_folder(folder) / "logs" / "dev")
    vectors, columns, rows = projector_data(model, examples, named)
    write_projector(log_dir, vectors, columns, rows)
    print(f"{len(rows)} words; tensorboard --logdir {log_dir.parent}")


if __name__ == "__main__":
    sys.exit(main())
