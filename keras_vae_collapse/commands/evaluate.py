"""Scores a trained model on a file: `kvc-evaluate --help`."""

import sys

from keras_vae_collapse.commands.command import Parser, add_format
from keras_vae_collapse.commands.model_dir import (
    add_labels,
    add_model_dir,
    gold_examples,
    model_folder,
    run_record,
    task_name,
    task_of_model,
)
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-evaluate", description=__doc__)
    add_model_dir(parser, several=True)
    parser.add_argument("--file", help="gold forms, or sentences; default: the development set")
    add_format(parser)
    parser.add_argument(
        "--beam_width", type=int, help="hypotheses of the beam search; default: that of training"
    )
    parser.add_argument("--num_samples", type=int, default=50, help="samples of each for the NLL")
    parser.add_argument("--seed", type=int, default=0, help="seed of the samples")
    add_labels(parser)
    parser.add_argument("--json", help="file for the figures as JSON")
    parser.add_argument("--predictions", help="file for the n-best lists, official format")
    parser.add_argument("--errors", help="file for the wrong forms, with the kind of each error")
    parser.add_argument("--export", help="folder for the model, or the ensemble, as a SavedModel")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("evaluate", lambda: _evaluate(arguments().parse_args(argv)))


def _evaluate(options):
    from keras_vae_collapse.commands.probe_labels import (
        labels_of,
        probes,
        probes_table,
        read_labels,
    )

    folders = [model_folder(text) for text in options.model_dir]
    if options.labels and len(folders) > 1:
        raise ValueError("--labels probes the latent of one model: give one --model_dir")
    examples = gold_examples(options, folders[0])
    labels = read_labels(options.labels, examples) if options.labels else None
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.commands.ensembles import ensemble_figures, load_models
    from keras_vae_collapse.core.files import write_json
    from keras_vae_collapse.training import evaluate
    from keras_vae_collapse.training.evaluation import EncodedExamples
    from keras_vae_collapse.training.summary import figures_table

    model = load_models(folders)
    task, train, why = _task(folders, model, examples)
    if labels:
        labels = labels_of(labels, examples, task.dev_examples)
    examples = task.dev_examples
    if options.errors and task.name != "reinflection":
        raise ValueError("--errors is for reinflection, not for sentences")
    beam_width = task.beam_width if options.beam_width is None else options.beam_width
    if len(folders) > 1:
        figures, predictions = ensemble_figures(task, model, examples, beam_width)
    else:
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
    if options.export:
        from keras_vae_collapse.export import export_model

        export_model(model, task.endpoints(model), options.export)
    if len(folders) > 1:
        print(f"ensemble of {len(folders)}: {', '.join(map(str, folders))}")
    print(figures_table(task, figures))
    if why:
        print(f"\nunseen words: not known, {why}")
    if options.errors:
        print("\n" + "\n".join(_write_errors(options.errors, examples, predictions, train)))
    if labels:
        print(probes_table(figures["probes"]))


def _task(folders, model, examples):
    """The task of a model; the examples of its training, or `None` and why they are not known."""
    from keras_vae_collapse.commands.training_data import training_tasks
    from keras_vae_collapse.tasks.registry import task_class

    configs = [run_record(folder).get("config", {}) for folder in folders]
    name = task_name(configs[0])
    if name != "reinflection":
        return task_of_model(configs[0], model, examples), None, None
    trained, why = training_tasks(configs)
    if why:
        return task_class(name).of_model(model, examples), None, why
    words = set().union(*(task.known_words for task in trained))
    train = [example for task in trained for example in task.train_examples]
    return task_class(name).of_model(model, examples, words), train, None


def _write_errors(path, examples, outputs, train):
    """Writes the wrong forms to a file; returns the lines of their table."""
    from keras_vae_collapse.core.files import write_text
    from keras_vae_collapse.tasks.reinflection import form_errors

    errors = form_errors.form_errors(examples, outputs, train)
    write_text(path, form_errors.error_table(errors))
    return form_errors.error_lines(errors, len(examples))


if __name__ == "__main__":
    sys.exit(main())
