"""What of a plan is done and what remains, in a line and on a page."""

import collections
import json
import time

from keras_vae_collapse.core.files import write_text


class Progress:
    """Counts the trainings of a plan.

    Args:
        path: of the page.
        waiting: how many are still to be made.

    Attributes:
        failures: `{folder: how it failed}`.
    """

    def __init__(self, path, waiting):
        self.path, self.waiting = path, waiting
        self.failures = {}
        self._ended, self._start = 0, time.monotonic()

    def line(self, folder, failure=None):
        """Takes note of a training that has ended; a line about it and the time that is left."""
        self._ended += 1
        minutes = (time.monotonic() - self._start) / 60
        left = minutes / self._ended * (self.waiting - self._ended)
        if failure:
            self.failures[folder] = failure
            what = failure
        else:
            dev = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["dev"]
            names = [name for name in ("accuracy", "exact_match") if name in dev][:1]
            what = "".join(f"{name.replace('_', ' ')} {dev[name]:.4f}, " for name in names)
            what += f"rate {dev['rate_nats']:.2f} nats"
        return (
            f"[{self._ended}/{self.waiting}] {folder.name}: {what}; {minutes:.1f} min so far, "
            f"about {left:.0f} min left"
        )

    def write(self, planned, rows, folders):
        """Writes the page.

        Args:
            planned: all `PlannedRun`s, those that are made once for several parts included.
            rows: the row of `runs.tsv` of each.
            folders: `{key: (folder, run)}` of those that differ.
        """
        counts = collections.defaultdict(lambda: dict.fromkeys(_COUNTED, 0))
        for run, row in zip(planned, rows, strict=True):
            counts[run.part][self._state(row, folders[run.key][0])] += 1
        lines = ["# Progress", "", "| part | " + " | ".join(_COUNTED) + " |"]
        lines.append("|---|" + "---|" * len(_COUNTED))
        for part, found in counts.items():
            lines.append(f"| {part} | " + " | ".join(str(n) for n in found.values()) + " |")
        for folder, failure in self.failures.items():
            lines += ["", f"- {folder.name} failed: {failure}"]
        write_text(self.path, "\n".join(lines) + "\n")

    def _state(self, row, folder):
        if folder in self.failures:
            return "failed"
        if not row["rate_nats"]:
            return "remaining"
        return "converged" if row["converged"] == "yes" else "ended by a limit"


_COUNTED = ("converged", "ended by a limit", "failed", "remaining")
