"""Which lemma each form belongs to, from SIGMORPHON files that say so."""

from keras_vae_collapse.tasks.reinflection.paradigms import connected


def lemma_of_forms(examples, task):
    """A dictionary from form to lemma.

    In a task 1 file the source is the lemma. In a task 2 file no lemma is named, but source and
    target of a row belong to one: forms that rows connect are put together, under the
    shortest of them. Forms of two lemmas are left out, since they have no one label.

    Args:
        examples: `Example`s with targets, of task 1 or 2.
        task: 1 or 2.

    Raises:
        ValueError: `task` is another number, or nothing is left.
    """
    if task not in (1, 2):
        raise ValueError(f"`task` must be 1 or 2, the tasks that tell lemmas. Received: {task!r}")
    pairs = [(example.source, example.target) for example in examples if example.target]
    if not pairs:
        raise ValueError("`examples` must hold at least one row with a form. Received none.")
    if task == 2:
        return _shortest_connected(pairs)
    lemmas = {}
    for lemma, form in pairs:
        lemmas.setdefault(form, set()).add(lemma)
        lemmas.setdefault(lemma, set()).add(lemma)
    return {form: found.pop() for form, found in lemmas.items() if len(found) == 1}


def _shortest_connected(pairs):
    component, shortest = connected(pairs), {}
    # The lemma of a component is its shortest form, the first in the alphabet.
    for form in sorted(component, key=lambda form: (len(form), form)):
        shortest.setdefault(component[form], form)
    return {form: shortest[other] for form, other in component.items()}
