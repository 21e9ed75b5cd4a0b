"""Says whether, where and why a trained model collapsed: `kvc-diagnose --help`."""

import dataclasses
import json
import pathlib
import sys

from keras_vae_collapse.commands.command import Parser, add_format, print_paths
from keras_vae_collapse.commands.model_dir import (
    add_labels,
    add_model_dir,
    gold_examples,
    is_pretrained,
    model_folder,
    run_record,
    task_of_model,
    writable_folder,
)
from keras_vae_collapse.core.console import import_tensorflow, run_command


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-diagnose", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--file", help="file with gold forms; default: the development set")
    add_format(parser)
    parser.add_argument("--num_samples", type=int, default=500, help="samples a word of the NLL")
    parser.add_argument(
        "--max_words", type=int, default=1600, help="of a larger file at most this many are drawn"
    )
    parser.add_argument("--num_examples", type=int, default=8, help="outputs to show")
    parser.add_argument("--seed", type=int, default=0, help="seed of all noise")
    add_labels(parser)
    parser.add_argument(
        "--output_dir", help="folder for report.json and report.html; default: that of the run"
    )
    parser.add_argument(
        "--why",
        action="store_true",
        help="say why the model collapsed: causes with evidence and remedy",
    )
    parser.add_argument("--json", help="another file for the report as JSON")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("diagnose", lambda: _diagnose(arguments().parse_args(argv)))


def _diagnose(options):
    from keras_vae_collapse.commands.probe_labels import (
        labels_of,
        probes,
        probes_table,
        read_labels,
    )

    folder = model_folder(options.model_dir)
    examples = gold_examples(options, folder)
    labels = read_labels(options.labels, examples) if options.labels else None
    # Not the settings of training, which leave large matrix products a single core.
    import_tensorflow()
    from keras_vae_collapse.core.files import write_json, write_text
    from keras_vae_collapse.diagnostics import diagnose
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.training.evaluation import EncodedExamples
    from keras_vae_collapse.training.report import write_run_page
    from keras_vae_collapse.training.report.train_command import train_command
    from keras_vae_collapse.training.summary import training_steps

    record = run_record(folder)
    config = record.get("config", {})
    model = load_model(folder)
    task = task_of_model(config, model, examples)
    encoded = EncodedExamples(task, model, task.dev_examples)
    report = diagnose(
        encoded.latent_model,
        num_samples=options.num_samples,
        seed=options.seed,
        max_rows=options.max_words,
        num_examples=options.num_examples,
        steps=training_steps(record),
        recipe=config.get("recipe"),
    )
    if options.why:
        from keras_vae_collapse.training.why import explain_model

        explanation = explain_model(task, model, task.dev_examples, record, options.seed)
        report = dataclasses.replace(report, explanation=explanation)
    # The data of a pretrained model were elsewhere.
    command = train_command(None if is_pretrained(folder) else config.get("data"))
    run_folder, folder = folder, pathlib.Path(options.output_dir or writable_folder(folder))
    paths = [folder / "report.json", folder / "report.html"]
    if labels:
        loc, _ = encoded.posterior()
        labels = labels_of(labels, examples, task.dev_examples)
        found_labels = probes(loc[encoded.order.argsort()], labels)
        report = dataclasses.replace(report, probes=found_labels)
    found = json.loads(report.to_json())
    write_json(paths[0], found)
    if folder == run_folder and (folder / "config.json").is_file() and "recipe" in config:
        write_run_page(folder)
    else:
        write_text(paths[1], report.to_html(command))
    if options.json:
        paths.append(pathlib.Path(options.json))
        write_json(paths[-1], found)
    print(report.to_text(command), end="\n\n")
    if labels:
        print(probes_table(found["probes"]).lstrip("\n"), end="\n\n")
    print_paths(paths)


if __name__ == "__main__":
    sys.exit(main())
