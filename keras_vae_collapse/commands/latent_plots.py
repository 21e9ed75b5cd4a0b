"""Pictures of the latent space by lemma: `python -m keras_vae_collapse.commands.latent_plots`.

Writes a t-SNE picture of the latent vectors of one or several models side by side, with the
accuracy of nearest-neighbour lemma retrieval written beside each.
"""

import argparse
import collections
import sys

import numpy as np

from keras_vae_collapse.commands.model_dir import model_folder
from keras_vae_collapse.core.console import import_tensorflow, run_command


def encode_forms(model, forms, seed=None):
    """Latent vectors of forms: samples of the posterior, or its means where `seed` is `None`."""
    loc, scale = model.encode(forms)
    if seed is None:
        return loc
    from keras_vae_collapse.metrics.posterior import posterior_samples

    rng = np.random.default_rng(seed)
    return posterior_samples(loc, scale, rng, getattr(model.latent, "posterior", None))


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("latent_plots")
    parser.description = "t-SNE picture of latent spaces by lemma"
    parser.add_argument(
        "--model_dirs", required=True, help="run directories or pretrained models, comma separated"
    )
    parser.add_argument("--lemma_file", required=True, help="file of task 1 or 2")
    parser.add_argument("--task", type=int, default=1, choices=[1, 2], help="its format")
    parser.add_argument("--output", required=True, help="PNG file to write")
    parser.add_argument("--max_words", type=int, default=1500, help="words in the picture")
    parser.add_argument(
        "--means",
        action="store_true",
        help="draw posterior means; by default samples, which is what the decoder sees: means "
        "of a collapsed model may differ by far less than its noise",
    )
    parser.add_argument("--seed", type=int, default=0, help="of words, samples and t-SNE")
    return parser


def choose_forms(lemma_of_form, max_words, seed):
    """Forms of whole lemmas, drawn at random, at most `max_words`; lemmas of one form left out."""
    groups = collections.defaultdict(list)
    for form, lemma in lemma_of_form.items():
        groups[lemma].append(form)
    groups = [sorted(forms) for _, forms in sorted(groups.items()) if len(forms) > 1]
    chosen = []
    for index in np.random.default_rng(seed).permutation(len(groups)):
        if len(chosen) + len(groups[index]) <= max_words:
            chosen += groups[index]
    return chosen


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("latent_plots", lambda: _plot(arguments().parse_args(argv)))


def _plot(options):
    from keras_vae_collapse.tasks.reinflection import read_examples
    from keras_vae_collapse.tasks.reinflection.lemmas import lemma_of_forms

    lemmas = lemma_of_forms(read_examples(options.lemma_file, options.task), options.task)
    forms = choose_forms(lemmas, options.max_words, options.seed)
    directories = options.model_dirs.split(",")
    folders = [model_folder(directory) for directory in directories]
    import_tensorflow()
    from keras_vae_collapse.diagnostics import plot_latents
    from keras_vae_collapse.runs import load_model

    seed = None if options.means else options.seed
    names = [folder.name for folder in folders]
    if len(set(names)) < len(names):
        names = directories
    latents = {
        name: encode_forms(load_model(folder), forms, seed)
        for name, folder in zip(names, folders, strict=True)
    }
    labels = [lemmas[form] for form in forms]
    scores = plot_latents(latents, labels, options.output, options.seed, label_name="lemma")
    for name, (accuracy, chance) in scores.items():
        print(f"{name}: nearest neighbour has the lemma {accuracy:.4f} (chance {chance:.4f})")
    print(options.output)


if __name__ == "__main__":
    sys.exit(main())
