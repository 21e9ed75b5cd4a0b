"""A data set by the name a flag gives it."""

from keras_vae_collapse.tasks.reinflection.download import resolve_data
from keras_vae_collapse.tasks.reinflection.example import DataError
from keras_vae_collapse.tasks.reinflection.language_files import examples_file, read_language
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples

DEMO = "demo"


def load_data(name, language="turkish", task=3, added_tasks=()):
    """The training and development examples of a data set.

    Args:
        name: `"demo"`, the embedded Turkish nouns; a directory of SIGMORPHON 2016 files; or
            `"sigmorphon2016"`, which is downloaded once (a directory of that name in the
            working directory comes first, one called `demo` must be given as `./demo`).
        language, task: which files.
        added_tasks: other tasks whose training examples are added to those of `task`: of
            lemmas and forms (1), of forms with the features of both (2).

    Returns:
        `(train, dev)`, lists of `Example`.

    Raises:
        DataError: something is missing or bad; the message says what.
        ValueError: `task` is among the added tasks, or one is added twice.
    """
    if len({task, *added_tasks}) <= len(added_tasks):
        raise ValueError(
            f"`added_tasks` must be tasks other than {task}, each once. Received: "
            f"added_tasks={list(added_tasks)}"
        )
    if str(name) == DEMO:
        from keras_vae_collapse.tasks.reinflection.turkish_demo.demo import demo_examples

        if language != "turkish":
            raise DataError(f"the demo data set is turkish. Received: language={language!r}")
        parts = demo_examples(task=task)
        added = [demo_examples(task=other)["train"] for other in added_tasks]
        return sum(added, parts["train"]), parts["dev"]
    train, dev = read_language(resolve_data(name, language, task), language, task)
    for other in added_tasks:
        directory = resolve_data(name, language, other)
        train += read_examples(examples_file(directory, language, other, "train"), other)
    return train, dev
