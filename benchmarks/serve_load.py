"""Load test of an exported model: `python benchmarks/serve_load.py --export=runs/NAME/export`.

Many callers at once ask the SavedModel for inflected words, as threads of a server would, for a
number of words and of seconds, whichever ends later. Every answer must equal the one that was
given before the load, one request after the other, and the memory of the process must not grow
once all threads are warm. Needs TensorFlow alone. Ends with exit code 1 where a promise is broken.
"""

import argparse
import json
import pathlib
import random
import sys
import threading
import time

import numpy as np
import tensorflow as tf

# Probabilities of one word may differ in the last digits with the words it is batched with.
TOLERANCE_NATS = 1e-3


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("serve_load", description=__doc__)
    parser.add_argument("--export", required=True, help="folder of the SavedModel")
    parser.add_argument("--queries", help="file of source<TAB>features; by default generated")
    parser.add_argument("--threads", type=int, default=8, help="callers at once")
    parser.add_argument("--words", type=int, default=100_000, help="at least this many words")
    parser.add_argument("--seconds", type=float, default=60.0, help="at least this long")
    parser.add_argument("--growth_mb", type=float, default=64.0, help="memory growth allowed")
    parser.add_argument("--json", help="file for the figures")
    return parser


def resident_mb():
    """Memory of this process now, in MB (Linux)."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def make_queries(path, count=2_000):
    """`(source, features)` pairs: those of a file, or words of random letters."""
    if path:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        return [tuple(line.split("\t")[:2]) for line in lines][:count]
    rng = random.Random(0)
    values = ["pos=N,num=SG", "pos=N,num=PL", "pos=N,case=ABL,num=SG", "pos=V,tense=PST", ""]
    return [
        ("".join(rng.choices("abcçdefgğhıijklmnoöprsştuüvyz", k=rng.randint(1, 18))), f)
        for f in rng.choices(values, k=count)
    ]


class Caller(threading.Thread):
    """Asks for random slices of the queries, of random sizes, until told to stop."""

    def __init__(self, inflect, queries, expected, stop, seed):
        super().__init__(daemon=True)
        self.inflect, self.queries, self.expected, self.halt = inflect, queries, expected, stop
        self.rng = random.Random(seed)
        self.words = self.requests = 0
        self.problem = None
        self.slowest = 0.0

    def run(self):
        try:
            while not self.halt.is_set() and self.problem is None:
                self._request()
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"

    def _request(self):
        count = min(len(self.queries), self.rng.choice((1, 2, 5, 16, 64, 300)))
        rows = self.rng.sample(range(len(self.queries)), count)
        began = time.monotonic()
        forms, log_p = ask(self.inflect, [self.queries[row] for row in rows])
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.words += len(rows)
        self.requests += 1
        for row, form, value in zip(rows, forms, log_p, strict=True):
            wanted, expected = self.expected[row]
            if form != wanted or abs(value - expected) > TOLERANCE_NATS:
                self.problem = (
                    f"{self.queries[row]} gave {form!r} ({value:.4f} nats) under load and "
                    f"{wanted!r} ({expected:.4f} nats) alone"
                )


def ask(inflect, queries):
    """The SavedModel's forms and log-probabilities of some queries."""
    source, features = zip(*queries, strict=True)
    answer = inflect(source=tf.constant(source), features=tf.constant(features))
    return answer["form"].numpy().tolist(), answer["log_probability"].numpy().tolist()


def run_load(export, queries, threads, words, seconds):
    """Puts a SavedModel under load.

    Returns:
        A dictionary of figures: `words`, `requests`, `seconds`, `words_per_second`,
        `slowest_seconds` of a request, `memory_mb` at regular times after the first fifth, its
        `growth_mb` along a straight line through them, and `problems`.
    """
    loaded = tf.saved_model.load(str(export))  # must outlive its signatures
    inflect = loaded.signatures["inflect"]
    expected = []
    for start in range(0, len(queries), 100):
        expected += zip(*ask(inflect, queries[start : start + 100]), strict=True)
    stop = threading.Event()
    callers = [Caller(inflect, queries, expected, stop, seed) for seed in range(threads)]
    began = time.monotonic()
    for caller in callers:
        caller.start()
    memory = []  # (seconds, MB)
    while True:
        time.sleep(min(0.5, seconds / 40))
        memory.append((time.monotonic() - began, resident_mb()))
        done = sum(caller.words for caller in callers)
        if any(caller.problem for caller in callers) or not any(c.is_alive() for c in callers):
            break
        if done >= words and memory[-1][0] >= seconds:
            break
    stop.set()
    for caller in callers:
        caller.join()
    elapsed = time.monotonic() - began
    times, sizes = np.array(memory[len(memory) // 5 :]).T
    slope = np.polyfit(times, sizes, 1)[0] if len(times) > 2 else 0.0
    done = sum(caller.words for caller in callers)
    return {
        "threads": threads,
        "words": done,
        "requests": sum(caller.requests for caller in callers),
        "seconds": elapsed,
        "words_per_second": done / elapsed,
        "slowest_seconds": max(caller.slowest for caller in callers),
        "memory_mb": [round(float(size)) for size in sizes[:: max(1, len(sizes) // 10)]],
        "growth_mb": float(slope * (times[-1] - times[0])),
        "problems": [caller.problem for caller in callers if caller.problem],
    }


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    queries = make_queries(options.queries)
    figures = run_load(options.export, queries, options.threads, options.words, options.seconds)
    text = json.dumps(figures, indent=2, ensure_ascii=False)
    print(text)
    if options.json:
        pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")
    broken = figures["problems"] or figures["growth_mb"] > options.growth_mb
    return 1 if broken or figures["words"] < options.words else 0


if __name__ == "__main__":
    sys.exit(main())
