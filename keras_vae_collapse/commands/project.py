"""Writes the latent space of a file for TensorBoard's projector: `kvc-project --help`.

Training writes it for the development set; this command writes it for any file: of words, with
lemmas from any other, or of sentences.
"""

import pathlib
import sys

from keras_vae_collapse.commands.command import Parser, add_format, file_format
from keras_vae_collapse.commands.model_dir import (
    add_model_dir,
    model_folder,
    run_record,
    task_name,
    writable_folder,
)
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-project", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--file", required=True, help="file of words, or of sentences")
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
    of_text = task_name(run_record(folder).get("config", {})) == "text"
    table = (_table_of_sentences if of_text else _table_of_words)(options)
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.tensorboard import write_projector

    model = load_model(folder)
    vectors, columns, rows = table(model)
    log_dir = pathlib.Path(options.log_dir or writable_folder(folder) / "logs" / "dev")
    write_projector(log_dir, vectors, columns, rows)
    what = f"{'sentence' if of_text else 'word'}{'s' * (len(rows) > 1)}"
    print(f"{len(rows):,} {what}; tensorboard --logdir {log_dir.parent}")


def _table_of_words(options):
    """Reads the files; returns what makes vectors, columns and rows of them and a model."""
    from keras_vae_collapse.tasks.reinflection import read_examples

    examples = read_examples(options.file, file_format(options.task))
    named = []
    if options.lemma_file:
        named = read_examples(options.lemma_file, file_format(options.lemma_task))

    def table(model):
        from keras_vae_collapse.tasks.reinflection.projector_labels import projector_data

        return projector_data(model, examples, named)

    return table


def _table_of_sentences(options):
    from keras_vae_collapse.tasks.text import TextTask, read_sentences

    if options.lemma_file:
        raise ValueError("--lemma_file is for a model of words; a sentence has no lemma")
    sentences = read_sentences(options.file)

    def table(model):
        from keras_vae_collapse.tasks.text.sentence_checks import check_readable, warn_unknown

        check_readable(model, sentences)
        warn_unknown(model.vocabulary, sentences)
        return TextTask.of_model(model, sentences).latent_table(model)

    return table


if __name__ == "__main__":
    sys.exit(main())
