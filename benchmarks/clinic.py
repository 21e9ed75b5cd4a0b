"""Which cause `explain` names first for models with a planted one: a confusion matrix.

    python benchmarks/clinic.py --seeds 0 1 2 --output docs/clinic.md

Trains every model of `tests/clinic` with each seed, asks `explain` once, and writes a
table of the cause that was planted against the causes that were named first. With `--cure` the one
line that its remedy names is changed in each sick model, it trains again, and the table says
whether `z` is used. A run that was interrupted goes on from the rows of its `--json` file.
"""

import argparse
import collections
import json
import pathlib
import sys
import time

CLINIC = pathlib.Path(__file__).resolve().parents[1] / "tests" / "clinic"
NOTHING = "none"
HEADER = """# The clinic

Models of `tests/clinic`, each with one planted cause, and healthy ones; those of `patients.py`, of
`remedied.py` (with a later remedy each) and of `strangers.py` (written afresh); which cause
[`explain`](why.md) names first, in one call with its defaults. Seeds are those of the weights, the
noise and `explain`; the data are the same. Made by

```bash
python benchmarks/clinic.py --seeds 0 1 2 --output docs/clinic.md
```

"""


def models():
    """`{name: (function that makes it, planted cause)}` of all models."""
    import patients
    import remedied
    import strangers

    found = {}
    for room in (patients, remedied, strangers):
        found.update(room.SICK)
    for room in (patients, remedied):
        found.update({name: (make, NOTHING) for name, make in room.HEALTHY.items()})
    return found


def examine(name, seed, cured=False):
    """What was planted in one model, what is named first, and how long both took."""
    import keras

    from keras_vae_collapse.diagnostics import explain

    make, planted = models()[name]
    keras.utils.set_random_seed(seed)
    start = time.perf_counter()
    patient = make(cured=True) if cured else make()
    trained = time.perf_counter()
    explanation = explain(patient.model, patient.x, patient.y, seed=seed)
    done = time.perf_counter()
    named = explanation.causes[0].name if explanation.causes else NOTHING
    evidence = explanation.causes[0].evidence if explanation.causes else ""
    keras.backend.clear_session()
    return {
        "model": name,
        "seed": seed,
        "planted": planted,
        "named": named,
        "evidence": evidence,
        "cured": cured,
        "collapsed": explanation.collapsed,
        "training_seconds": round(trained - start, 2),
        "explain_seconds": round(done - trained, 2),
    }


def table(records):
    """The confusion matrix, and a row for each model, as Markdown."""
    seeds = sorted({r["seed"] for r in records})
    right = sum(r["planted"] == r["named"] for r in records)
    lines = [
        f"{right} of {len(records)} right: {len({r['model'] for r in records})} models, seeds "
        f"{', '.join(map(str, seeds))}.",
        "",
        "| planted | named first |",
        "|---|---|",
    ]
    for planted in sorted({r["planted"] for r in records}, key=lambda p: (p == NOTHING, p)):
        named = collections.Counter(r["named"] for r in records if r["planted"] == planted)
        cells = ", ".join(f"{cause} {count}" for cause, count in named.most_common())
        lines.append(f"| {planted} | {cells} |")
    lines += ["", "| model | planted | " + " | ".join(f"seed {s}" for s in seeds) + " |"]
    lines.append("|---|---|" + "---|" * len(seeds))
    for name in dict.fromkeys(r["model"] for r in records):
        of_model = {r["seed"]: r for r in records if r["model"] == name}
        cells = [
            "-" if s not in of_model
            else "right" if of_model[s]["named"] == of_model[s]["planted"]
            else of_model[s]["named"]
            for s in seeds
        ]  # fmt: skip
        planted = next(iter(of_model.values()))["planted"]
        lines.append(f"| {name} | {planted} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def table_of_cures(records):
    """Which models recover, as Markdown."""
    recovered = sum(not r["collapsed"] and r["named"] == NOTHING for r in records)
    lines = [
        f"{recovered} of {len(records)} recover.",
        "",
        "| model | planted | after |",
        "|---|---|---|",
    ]
    for r in records:
        after = "z is used" if r["named"] == NOTHING and not r["collapsed"] else r["named"]
        lines.append(f"| {r['model']} | {r['planted']} | {after} |")
    return "\n".join(lines) + "\n"


def rows(path):
    """The results in a file, none where there is no file."""
    if not path or not pathlib.Path(path).exists():
        return []
    return [json.loads(line) for line in pathlib.Path(path).read_text("utf-8").splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--models", nargs="*", help="names of models; default: all")
    parser.add_argument("--cure", action="store_true", help="the sick models with their remedies")
    parser.add_argument("--output", help="Markdown file for the table")
    parser.add_argument(
        "--json", help="file for the single results, one a line; those in it are not made again"
    )
    options = parser.parse_args()
    sys.path.insert(0, str(CLINIC))
    from patients import SICK

    done = {(r["model"], r["seed"], r["cured"]): r for r in rows(options.json)}
    records = []
    for seed in options.seeds:
        for name in options.models or (SICK if options.cure else models()):
            if (name, seed, options.cure) in done:
                records.append(done[name, seed, options.cure])
                continue
            records.append(examine(name, seed, options.cure))
            print(json.dumps(records[-1]), flush=True)
            if options.json:
                with open(options.json, "a", encoding="utf-8") as file:
                    file.write(json.dumps(records[-1]) + "\n")
    text = (table_of_cures if options.cure else table)(records)
    print(text)
    if options.output:
        text = text if options.cure else HEADER + text
        pathlib.Path(options.output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
