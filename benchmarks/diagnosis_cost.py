"""What a default report costs: `python benchmarks/diagnosis_cost.py --model_dir=DIR --file=FILE`.

Runs `kvc-diagnose` as a user does, in a process of its own, on at most 1,600 examples with 500
samples of each, and prints its wall and processor time, its peak memory and its verdict.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory")
    parser.add_argument("--file", required=True, help="file with gold forms")
    parser.add_argument("--task", default="3", help="format of the file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "keras_vae_collapse.diagnose"]
        command += [f"--{name}={value}" for name, value in vars(options).items()]
        start = time.perf_counter()
        subprocess.run([*command, f"--output_dir={folder}"], check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        report = json.loads((pathlib.Path(folder) / "report.json").read_text())
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = report["figures"]
    print(
        f"{figures['examples']} examples, {figures['num_samples']} samples: {wall:.0f} s wall, "
        f"{usage.ru_utime + usage.ru_stime:.0f} s of processors, "
        f"{usage.ru_maxrss / 1024**2:.2f} GiB peak; verdict: {report['verdict']}"
    )


if __name__ == "__main__":
    main()
