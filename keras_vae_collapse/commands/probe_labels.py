"""The labels of `--labels`, by which a linear probe asks what the latent holds."""

from keras_vae_collapse.tasks.data_errors import DataError, shown_path

DEMO = "demo"


def read_labels(name, examples):
    """Labels for examples: `{name: a label for each}`.

    Args:
        name: a file with one label a line, in the order of the examples; or `demo`, for sentences
            of the embedded grammar, whose factors are then the labels (a file of that name must be
            given as `./demo`).
        examples: the examples. A label stands where its example stands: where the file of
            sentences has an empty line, that of the labels may have one.

    Raises:
        DataError: the numbers differ, a label is missing, or a sentence is not of the grammar.
        OSError: the file cannot be read.
    """
    if name == DEMO:
        return _factors(examples)
    from keras_vae_collapse.tasks.text.corpus import decoded

    with open(name, "rb") as file:
        lines = [decoded(raw, f"{shown_path(name)}, line {n}") for n, raw in enumerate(file, 1)]
    lines = [line.removeprefix("\ufeff").strip() for line in lines]
    found = {number: label for number, label in enumerate(lines, start=1) if label}
    if len(found) != len(examples):
        raise DataError(
            f"{shown_path(name)}: {len(found):,} labels for {len(examples):,} examples; expected "
            "one label a line for each example"
        )
    # With a gap somewhere, only the numbers of lines say whose label is whose.
    if found and max(found) > len(found):
        for number, example in zip(found, examples, strict=True):
            place = getattr(example, "line", None)
            if place is not None and place != number:
                raise DataError(
                    f"{shown_path(name)}, line {min(place, number)}: labels and examples are on "
                    f"different lines; label {found[number]!r} of line {number} would be that of "
                    f"{example.place}"
                )
    return {"label": list(found.values())}


def labels_of(labels, examples, kept):
    """The labels of those examples that were kept, which stand in the order of all."""
    numbers = {id(example): number for number, example in enumerate(examples)}
    chosen = [numbers[id(example)] for example in kept]
    return {name: [values[number] for number in chosen] for name, values in labels.items()}


def probes(loc, labels):
    """The linear probe of each set of labels, as JSON values."""
    from keras_vae_collapse.metrics import linear_probe

    return {name: linear_probe(loc, values)._asdict() for name, values in labels.items()}


def probes_table(results):
    """Probes as lines of text, below the table of figures."""
    head = f"{'':42s}{'accuracy':>10s}{'majority':>10s}{'labels':>8s}"
    rows = [
        f"{f'linear probe of z: {name}':42s}{result['accuracy']:>10.4f}"
        f"{result['majority_share']:>10.4f}{result['labels']:>8,d}"
        for name, result in results.items()
    ]
    return "\n".join(["", head, *rows])


def _factors(examples):
    from keras_vae_collapse.tasks.text.demo_grammar import Factors, factors_of

    found = []
    for example in examples:
        text = getattr(example, "text", None)
        if text is None:
            raise DataError(f"--labels={DEMO} is for sentences of the embedded grammar")
        if (factors := factors_of(text)) is None:
            raise DataError(
                f"{example.place}: no sentence of the embedded grammar, whose factors "
                f"--labels={DEMO} asks for: {text!r}"
            )
        found.append(factors)
    return dict(zip(Factors._fields, map(list, zip(*found, strict=True)), strict=True))
