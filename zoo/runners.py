"""Trainings of a plan, several at a time: on this machine, or through Ray on many."""

import multiprocessing
import os
from multiprocessing import connection

from zoo.job import run_child, run_job

# By exit code.
_FAILURES = {0: None, 1: "failed, see its failure.txt"}


def run_here(waiting, options, workers):
    """Makes trainings in processes of their own, `workers` at a time.

    Args:
        waiting: list of `(folder, PlannedRun)`.
        options: of `job.run_job`.
        workers: how many at a time.

    Yields:
        `(folder, failure)` of each as it ends; `failure` is `None`, or a line that says how it
        failed. The others go on.
    """
    options = {**options, "cores": max(1, (os.cpu_count() or 1) // workers)}
    context = multiprocessing.get_context("spawn")
    waiting, running = list(waiting), {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                folder, run = waiting.pop(0)
                process = context.Process(target=run_child, args=(folder, run, options))
                process.start()
                running[process.sentinel] = folder, process
            for sentinel in connection.wait(list(running)):
                folder, process = running.pop(sentinel)
                process.join()
                code = process.exitcode
                yield folder, _FAILURES.get(code, f"ended with exit code {code}")
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join(60)
            process.kill()


def run_on_ray(waiting, options, workers):
    """As `run_here`, on as many processors as a Ray cluster has, whatever `workers` says."""
    try:
        import ray
    except ImportError as error:
        raise RuntimeError("--ray needs Ray: pip install 'keras-vae-collapse[cluster]'") from error
    ray.init(ignore_reinit_error=True, log_to_driver=False)
    remote = ray.remote(num_cpus=1, max_calls=1)(run_job)
    pending = {
        remote.remote(folder, run, {**options, "cores": 1}): folder for folder, run in waiting
    }
    while pending:
        (done,), _ = ray.wait(list(pending), num_returns=1)
        folder, failure = pending.pop(done), None
        try:
            ray.get(done)
        except ray.exceptions.RayTaskError as error:
            failure = str(error.cause)
        yield folder, failure
