"""Throws command lines and damaged folders at a command, and checks what it says.

Whatever is typed and whatever lies in the folder of the model, a command ends with an exit code
of its own: 0, or a message that says what is wrong. An exception that gets out or an empty message
is a defect; it is printed with the command line, and the folder is kept.

```
python benchmarks/fuzz_commands.py evaluate --runs=100000    # or diagnose, inflect, sample, project
```

The first word of a command line is right more often than not, so that the later ones are reached.
Most runs stop where the model would be loaded, as that takes a second; one in `--whole` runs goes
through to the end, on a file of three words. `kvc-train` has a property test of its own,
`tests/commands/test_train_fuzz.py`.
"""

import argparse
import collections
import contextlib
import functools
import importlib
import io
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time
import unittest.mock
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
COMMANDS = ("evaluate", "diagnose", "inflect", "sample", "project")
VALUES = [
    "", "0", "1", "2", "8", "-1", "1e9", "nan", "9" * 400, "None", "auto", "--", "-", "=", "a",
    "ev", "Ünal", "\x00", "\udcff", "pos=N,case=ABL,num=SG", "pos=", "1.5", "[]", "../..", "/",
    "/dev/null", "unimorph", "demo", "evden", "ev\tpos=N",
]  # fmt: skip
JSON_VALUES = [None, True, 0, -1, 1.5, "", "text", "reinflection", "x" * 99, [], [1], {}, {"a": []}]
ROWS = [
    "ev\tpos=N,num=PL\tevler\n", "ev\tpos=N,num=PL\n", "göz\tgözler\tN;PL\n", "the dog barks\n",
    "\n", "ev\tpos=N,num=PL\tevler\tmore\n", "\t\t\n", "a\x00b\tpos=N\tc\n", "{}\n",
    "ev\tpos\tevler\n",
]  # fmt: skip


class Reached(Exception):
    """The command has come as far as loading the model."""


def words(draw, parser, places):
    """A command line: flags that are right, nearly right, or noise."""
    found = []
    for action in parser._actions:
        chance = 0.95 if action.required else 0.25
        if not action.option_strings or "--help" in action.option_strings:
            continue
        if draw.random() > chance:
            continue
        flag, count = action.option_strings[0], action.nargs or 1
        if draw.random() < 0.03:
            cut = draw.randrange(len(flag))
            flag = flag[:cut] + draw.choice(["", "x", flag[cut] * 2]) + flag[cut + 1 :]
        if action.nargs == 0:
            found.append([flag])
            continue
        good = action.choices or places[action.dest] if draw.random() < 0.8 else VALUES
        values = [str(draw.choice(list(good))) for _ in range(count)]
        found.append([f"{flag}={values[0]}"] if count == 1 else [flag, *values])
    draw.shuffle(found)
    line = [word for part in found for word in part]
    if draw.random() < 0.05:
        line.insert(draw.randrange(len(line) + 1), draw.choice(VALUES))
    return line


def damaged_json(draw, value):
    """A JSON value with something replaced, removed or added."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(list(value))
        if draw.random() < 0.2:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: damaged_json(draw, value[key])}
    return draw.choice(JSON_VALUES)


def damage_folder(draw, folder, source):
    """Makes the files of a model's folder anew, some of them damaged; right ones are links."""
    for origin in source.iterdir():
        name, path = origin.name, folder / origin.name
        kind = draw.choice(["right"] * 5 + ["json", "json", "bytes", "cut", "none", "folder"])
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        if kind == "right":
            path.hardlink_to(origin)
            continue
        if kind == "none":
            continue
        if kind == "folder":
            path.mkdir()
            continue
        content = origin.read_bytes()
        if kind == "json" and name.endswith("json"):
            content = json.dumps(damaged_json(draw, json.loads(content))).encode()
        elif kind == "cut":
            content = content[: draw.randrange(len(content))]
        elif kind == "bytes":
            place = draw.randrange(len(content))
            content = content[:place] + bytes([draw.randrange(256)]) + content[place + 1 :]
        path.write_bytes(content)


def write_file(draw, path):
    """A small file of rows, right or wrong, now and then other bytes."""
    content = "".join(draw.choices(ROWS, k=draw.randrange(4))).encode()
    if draw.random() < 0.1:
        content += bytes(draw.randrange(256) for _ in range(draw.randrange(9)))
    path.write_bytes(content)


def run(main, line):
    """What kind of answer a command gives; a defect is a string that begins with `DEFECT`."""
    out, err = io.StringIO(), io.StringIO()
    out.buffer = io.BytesIO()
    stdin = io.TextIOWrapper(io.BytesIO(b"ev\tpos=N,num=PL\n"))
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        stack.enter_context(unittest.mock.patch.object(sys, "stdin", stdin))
        stack.enter_context(warnings.catch_warnings())
        try:
            code = main(line)
        except Reached:
            return "model reached"
        except SystemExit as leaving:
            return "usage" if leaving.code in (0, 2) else f"DEFECT: exit {leaving.code!r}"
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"DEFECT: {type(error).__name__}: {error}"
    said = [text for text in err.getvalue().splitlines() if not text.startswith("warning: ")]
    if code == 0:
        return "done"
    if not said or not said[0].partition(":")[2].strip():
        return f"DEFECT: code {code}, said {said!r}"
    return "refused"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--whole", type=int, default=2000, help="one in so many loads the model")
    options = parser.parse_args()
    from keras_vae_collapse.runs import model_archive
    from keras_vae_collapse.tasks import reinflection
    from keras_vae_collapse.training import process

    command = importlib.import_module(f"keras_vae_collapse.commands.{options.command}")
    import zoo

    model_folder = pathlib.Path(zoo.__file__).parent / "pretrained" / "turkish-mdr"
    work = pathlib.Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder, file = work / "run", work / "file.tsv"
    source = pathlib.Path(shutil.copytree(model_folder, work / "source"))
    folder.mkdir()
    places = collections.defaultdict(lambda: ["0", "1", "2", "3"])
    places |= {
        "model_dir": [folder] * 6 + ["turkish-mdr", "turkish-mrd", work, work / "none"],
        "features": ["pos=N,case=ABL,num=SG", "pos=N", "case"],
        **dict.fromkeys(("file", "lemma_file", "labels"), [file] * 5 + [work, work / "none"]),
        **dict.fromkeys(
            ("json", "predictions", "errors", "output_dir", "log_dir", "export"),
            [work / "out" / "a", work / "b", file, work],
        ),
        **dict.fromkeys(("between", "start", "end", "near"), ["ev", "göz", "", "zzz\t"]),
    }
    load, counts, start = model_archive.load_model, collections.Counter(), time.time()

    def check_only(path):
        path = pathlib.Path(path) / "model.keras"
        if not path.is_file() or not path.samefile(source / "model.keras"):
            model_archive.check_archive(path)
        raise Reached

    reinflection.load_data = functools.lru_cache(None)(reinflection.load_data)  # the demo's
    process.prepare_process()
    process.prepare_process = lambda *_: None
    import keras_vae_collapse.runs as runs

    for number in range(options.runs):
        draw = random.Random(f"{options.seed} {number}")
        runs.load_model = load if number % options.whole == options.whole - 1 else check_only
        damage_folder(draw, folder, source)
        write_file(draw, file)
        line = words(draw, command.arguments(), places)
        found = run(command.main, line)
        counts[found.partition(":")[0]] += 1
        if found.startswith("DEFECT"):
            kept = work.with_name(f"{work.name}-{number}")
            shutil.copytree(work, kept)
            print(f"{found}\n  kvc-{options.command} {line}\n  {kept}", flush=True)
        if number % 5000 == 4999:
            rate = (number + 1) / (time.time() - start)
            print(f"{number + 1:,} inputs, {rate:.0f} a second: {dict(counts)}", flush=True)
    shutil.rmtree(work)
    return int(bool(counts["DEFECT"]))


if __name__ == "__main__":
    sys.exit(main())
