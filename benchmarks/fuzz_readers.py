"""Throws damaged files at the readers and the vocabulary, and checks what comes out.

Whatever the bytes, a file is either refused with a `DataError` or read so that writing the
examples gives the same bytes again (with UniMorph tags: the same fields, but for white space around
them and rows without a form), and the vocabulary gives back every word.

```
pip install atheris
python benchmarks/fuzz_readers.py --runs=100000                  # guided by coverage
python benchmarks/fuzz_readers.py --runs=100000 --engine=random  # without atheris
```
"""

import argparse
import collections
import importlib.util
import json
import multiprocessing
import os
import pathlib
import random
import sys
import tempfile
import time
import warnings

TASKS = (1, 2, 3, "unimorph", "sigmorphon2023", None)
CASES = [(task, covered) for task in TASKS for covered in (False, True)]
# The first byte of an input chooses the case.
SEEDS = [
    b"\x00ev\tpos=N,num=PL\tevler\n",
    b"\x01ev\tpos=N,num=PL\n\xc4\x9f\tpos=N\n",
    b"\x02pos=N,case=ABL\tevden\tpos=N,mood={SBJV/COND}\tevler\r\n",
    b"\x03pos=N,case=ON+ABL\tevden\tpos=N\n",
    b"\x04evi\tnum=PL\tevler\ndili\tnum=PL\tdiller\n",
    b"\x05caf\xc3\xa9\tnum=PL\ncafe\xcc\x81\tnum=PL\n",
    b"\x06go\twent\tV;PST\n\ngo\tgone\tV;NOM(1,SG);PST\n",
    b"\x07go\tV;PST;3;SG",
    b"\x08go\tV;PST\twent\nbe\tV;PST;NOM(1;SG)\t-\n",
    b"\x09go\tV;PST\n",
    b"\x0a\xef\xbb\xbfgo\twent\tV;PST\tgo|PST\r\n\n",
    b"\x0bev\tpos=N,num=PL\n",
]
TOKENS = [
    *(b"\t", b"\n", b"\r", b"\r\n", b",", b"=", b";", b'"', b" ", b"\x00", b"\x1b[0m", b"\xff"),
    *(c.encode("utf-8", "surrogatepass") for c in "\u0301\u00a0\u0085\u2028\u200d\u200f\u202e"),
    *(c.encode("utf-8", "surrogatepass") for c in "\ufeff\ufffd\ud800\udfff\U0001f600İı"),
    *(b"pos=N", b"pos=V,pos=N", b"pos=N,pos=N", b"pos=", b"=N", b"pos", b"tag=a,tag=b", b"V;PST"),
    *(
        b"V;NOM(1,SG)",
        b"{PST/PRS}",
        b"V; PST;",
        b"-",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
        b"\xfd7zXZ\0",
    ),
    *(b"\xc3", b"\xe2\x80", b"\xf0\x9f\x98", b"\xc0\x80", b"\xf4\x90\x80\x80"),
]


def check_file(data, folder):
    """Runs one input: byte 0 chooses task and covering, the rest is the file.

    Returns:
        Whether the file was read.

    Raises:
        AssertionError, or anything but `DataError`: a defect was found.
    """
    from keras_vae_collapse.tasks.reinflection import DataError, read_examples

    task, covered = CASES[(data[0] if data else 0) % len(CASES)]
    path = folder / "file"
    path.write_bytes(data[1:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            examples = read_examples(path, task, covered)
    except DataError as error:
        message = str(error)
        message.encode("utf-8")
        assert str(path) in message and len(message) < 1000 + len(str(path)), message
        return False
    _check_examples(examples, task, covered, data[1:], folder)
    _check_vocabulary(examples)
    return True


def _check_examples(examples, task, covered, content, folder):
    from keras_vae_collapse.tasks.reinflection import write_predictions
    from keras_vae_collapse.tasks.reinflection.formats import FORMATS

    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    fields = [lines[e.line - 1].decode().split("\t") for e in examples]
    told = (1, 2, "unimorph", "sigmorphon2023") if task is None else (task,)
    assert any(
        [_row(e, FORMATS[key].columns) for e in examples]
        == [_trimmed(f, key, covered) for f in fields]
        for key in told
    )
    if FORMATS[told[0]].separator == ";" or task is None:
        return
    while lines and not lines[-1].strip(b" "):
        del lines[-1]
    copy = folder / "copy"
    write_predictions(copy, examples, [["form" if covered else e.target] for e in examples])
    end = b"\tform\n" if covered else b"\n"
    assert copy.read_bytes() == b"".join(line + end for line in lines)


def _row(example, columns):
    """The columns of an example, in the order of a file."""
    names = {"lemma": "source", "form": "target"}
    row = (getattr(example, names.get(name, name)) for name in columns)
    return [field for field in row if field is not None]


def _trimmed(fields, task, covered):
    """The fields of a line as they are read."""
    if task not in ("unimorph", "sigmorphon2023"):
        return fields
    fields = [field.strip().strip("\ufeff").strip() for field in fields]
    return [field for field in fields if field] if covered else fields[:3]


def _check_vocabulary(examples):
    from keras_vae_collapse.tasks.reinflection import Vocabulary

    vocabulary = Vocabulary.from_examples(examples)
    assert Vocabulary.from_config(json.loads(json.dumps(vocabulary.to_config()))) == vocabulary
    assert not vocabulary.unseen(examples)
    for e in examples:
        for word in e.words:
            assert vocabulary.decode_ids(vocabulary.encode_word(word)) == word
        assert sum(vocabulary.encode_features(e.features)) >= 1
        assert not vocabulary.encode_features(e.features)[0]


def scratch_folder():
    """A temporary folder, in memory where the system has such a place."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def mutant(rng):
    """A damaged seed: some tokens and bytes put in, cut out, exchanged or repeated."""
    data = bytearray(rng.choice(SEEDS))
    data[0] = rng.choice((data[0], rng.randrange(len(CASES))))
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        start = rng.randrange(1, len(data) + 1)
        stop = min(len(data), start + rng.randrange(4))
        piece = rng.choice((rng.choice(TOKENS), rng.randbytes(rng.randrange(4)), data[start:stop]))
        if rng.random() < 0.001:
            piece = piece * (1_000_000 // max(1, len(piece)))
        if rng.random() < 0.5:
            data[start:stop] = piece
        else:
            data[start:start] = piece
    return bytes(data)


def run_random(runs, seed, folder):
    """Checks `runs` mutants; returns how many were read and how many refused."""
    rng = random.Random(seed)
    counts = collections.Counter()
    for number in range(runs):
        data = mutant(rng)
        try:
            counts["read" if check_file(data, folder) else "refused"] += 1
        except Exception:
            print(f"input {number} of seed {seed}: {data[:2000]!r}", file=sys.stderr)
            raise
    return counts


def run_atheris(runs, seed, folder):
    """The same, with inputs that atheris derives from what the code under test did."""
    import atheris

    # Instruments all that is imported here for the first time; the readers, not TensorFlow.
    import keras  # noqa: F401
    import tensorflow_probability  # noqa: F401

    with atheris.instrument_imports(include=["keras_vae_collapse.tasks"]):
        import keras_vae_collapse.tasks.reinflection  # noqa: F401
    counts = collections.Counter()
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(data)
    dictionary = folder / "dictionary"
    dictionary.write_text(
        "".join('"' + "".join(f"\\x{b:02x}" for b in token) + '"\n' for token in TOKENS)
    )

    def test_one(data):
        counts["read" if check_file(data, folder) else "refused"] += 1
        if sum(counts.values()) == runs:
            print(f"atheris: {dict(counts)}", flush=True)

    options = [f"-runs={runs}", f"-seed={seed + 1}", f"-dict={dictionary}", "-max_len=20000"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], test_one)
    atheris.Fuzz()


def main():
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser("fuzz_readers", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000, help="inputs to try")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations")
    engine = "atheris" if importlib.util.find_spec("atheris") else "random"
    parser.add_argument("--engine", choices=["atheris", "random"], default=engine)
    options = parser.parse_args()
    with scratch_folder() as name:
        start = time.perf_counter()
        arguments = (options.runs, options.seed, pathlib.Path(name))
        if options.engine == "random":
            print(f"random: {dict(run_random(*arguments))}")
        else:
            # libFuzzer ends its process without clearing up; this one is left to do so.
            process = multiprocessing.get_context("spawn").Process(
                target=run_atheris, args=arguments
            )
            process.start()
            process.join()
            if process.exitcode:
                return process.exitcode
        print(f"no defect in {options.runs} inputs, {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
