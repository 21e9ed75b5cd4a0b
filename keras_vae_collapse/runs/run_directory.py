"""The folder of one training run: who may write to it, and how files get there whole."""

import json
import logging
import os
import pathlib
import shlex
import shutil

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import PARTIAL, write_json
from keras_vae_collapse.runs.lock import DirectoryLock

# What must stay the same for a resumed run to end as it would have ended.
_FIXED = ("recipe", "data", "seed", "decay_epochs")

_DECAY = (
    "\n--epochs cannot change, since the learning rate falls to zero by the last epoch; with "
    "--set learning_rate_decay=constant from the start it can"
)


class RunDirectory:
    """The output folder of a run: `config.json`, `checkpoints/`, `logs/`, results.

    A run of several rounds (see `training.rounds`) holds the runs of the earlier ones in
    `round-1/`, `round-2/`, ...

    Args:
        path: the folder; made by `open` when missing.
        todays_recipe: function that takes the recipe of a `config.json` to the form in which it
            is written today, so that runs of an earlier version can be resumed.
    """

    def __init__(self, path, todays_recipe=lambda recipe: recipe):
        self.path = pathlib.Path(path)
        self._todays_recipe = todays_recipe
        self.config = self.path / "config.json"
        self.checkpoints = self.path / "checkpoints"
        self.logs = self.path / "logs"
        self.model = self.path / "model.keras"
        self.export = self.path / "export"
        self.predictions = self.path / "predictions-dev.tsv"
        self.held_out_predictions = self.path / "predictions-held_out.tsv"
        self.samples = self.path / "samples-prior.tsv"
        self.metrics = self.path / "metrics.json"
        self._lock = DirectoryLock(self.path)

    def check(self, config, resume=False, overwrite=False):
        """Raises what `open` would raise of the same arguments, and changes nothing.

        Args:
            config, resume, overwrite: as for `open`; of `config` what is known so far.
        """
        config = json.loads(json.dumps(config))
        if resume and overwrite:
            raise RunError(
                f"--resume goes on with the run in {self.path}, --overwrite throws it away: pass "
                "one of them"
            )
        self._check_writable()
        if overwrite:
            return
        if self.config.exists() and resume:
            self._check_same(config)
            held = self._held(self._results)
            if held and not self.has_checkpoint():
                raise RunError(
                    f"{self.path} holds {', '.join(held)}, but no checkpoint to go on from: "
                    "training would begin with epoch 1 and replace them. Pass --overwrite to do "
                    "that, or another --output_dir to keep them"
                )
        elif self.config.exists():
            raise RunError(
                f"{self.path} already holds a run: pass --resume to go on with it, "
                "--overwrite to replace it, or another --output_dir"
            )
        elif held := self._held((*self._results, *self.rounds(), self.checkpoints)):
            raise RunError(
                f"{self.path} holds {', '.join(held)}, but no config.json that says of what: pass "
                "--overwrite to replace what is there, or another --output_dir"
            )

    def open(self, config, resume=False, overwrite=False):
        """Takes the folder for this process and decides what becomes of an earlier run.

        Args:
            config: what defines the run, as JSON values. Under `resume` its `recipe`, `data`
                (but for the `name`), `seed` and `decay_epochs` must equal what the folder
                holds.
            resume: go on with the run in the folder, if there is one.
            overwrite: throw an earlier run away.

        Raises:
            RunError: another process writes here; a run is here and neither flag was given;
                the folder cannot be written; the run to resume had another configuration, or
                has results and no checkpoint. The folder is then as it was.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            try:
                self.check(config, resume, overwrite)
                if overwrite:
                    self._clear()
                self._prepare(config)
            except BaseException:
                self._lock.release()
                raise
        except OSError as error:
            raise RunError(f"cannot write to {self.path}: {error}") from error

    def _check_writable(self):
        there = next(path for path in (self.path, *self.path.absolute().parents) if path.exists())
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            why = "may not be written to" if there.is_dir() else "is no folder"
            raise RunError(f"cannot write to {self.path}: {there} {why}")

    def close(self):
        """Gives the folder up."""
        self._lock.release()

    def _prepare(self, config):
        self.checkpoints.mkdir(exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        # What a killed process was writing.
        name = f".*{PARTIAL}"
        places = (self.path.glob(name), self.checkpoints.glob(name), self.logs.rglob(name))
        for partial in [path for found in places for path in found]:
            shutil.rmtree(partial, ignore_errors=True)
        write_json(self.config, config)

    def has_checkpoint(self):
        """Whether there is anything to go on from."""
        return any(self.checkpoints.glob("epoch-*.npz"))

    def why_finished(self, epochs, max_minutes=None):
        """Why there is nothing left to train, as a text, or `None`.

        Args:
            epochs, max_minutes: what is asked for now.
        """
        if self._held(self._results) != [path.name for path in self._results]:
            return None
        try:
            metrics = json.loads(self.metrics.read_text(encoding="utf-8"))
            done, minutes = int(metrics["epochs"]), float(metrics["training_minutes"])
            ended_by = metrics.get("ended_by")  # `None` in those of earlier versions
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"{self.metrics} is damaged: {error}") from error
        if ended_by == "epochs" and done >= epochs:
            return f"all of its {done} epochs are trained"
        if ended_by == "patience":
            return f"it ended after {done} epochs, since the last ones made it no better"
        if ended_by == "max_minutes" and max_minutes is not None and max_minutes <= minutes:
            return f"its {max_minutes:g} minutes are used up"
        return None

    @property
    def _results(self):
        """What a finished training leaves and another would replace."""
        return self.model, self.export, self.predictions, self.metrics

    @staticmethod
    def _held(paths):
        """The names of those that exist; of an empty folder, not."""
        return [p.name for p in paths if p.is_file() or (p.is_dir() and any(p.iterdir()))]

    def rounds(self):
        """The folders of earlier rounds; those of version 0.1 stand in `teacher/`."""
        return [*sorted(self.path.glob("round-*")), *self.path.glob("teacher")]

    def _clear(self):
        for path in (self.checkpoints, self.logs, self.export, *self.rounds()):
            shutil.rmtree(path, ignore_errors=True)
        # The configuration goes last: until then the folder still says that it holds a run.
        results = self.model, self.predictions, self.held_out_predictions, self.samples
        reports = (self.path / name for name in ("report.html", "report.json"))
        for path in (*reports, *results, self.metrics, self.config):
            path.unlink(missing_ok=True)

    def _check_same(self, config):
        if (self.path / "teacher").exists():
            raise RunError(
                f"cannot resume {self.path}: version 0.1 began it, with its teacher in teacher/. "
                "Finish it with that version, or pass --overwrite to begin again"
            )
        try:
            old = json.loads(self.config.read_text(encoding="utf-8"))
            old["recipe"] = self._todays_recipe(old.get("recipe"))
            changes = [
                change
                for key in _FIXED
                for change in _differences(key, old.get(key), config.get(key))
                if change[0] != "data.name"
            ]
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise RunError(f"{self.config} is damaged: {error}") from error
        if changes:
            raise RunError(
                f"cannot resume {self.path}, the run was started otherwise:\n"
                + "\n".join(f"  {key} was {was!r} and now is {now!r}" for key, was, now in changes)
                + (_DECAY if "decay_epochs" in [key for key, *_ in changes] else "")
                + _begun_by(old.get("command"))
            )
        if "versions" not in config:
            return
        for key, was, now in _differences("versions", old.get("versions"), config["versions"]):
            logging.warning(
                "%s was %s and now is %s: the resumed run may differ in its last digits",
                key,
                was,
                now,
            )


def _begun_by(command):
    return (
        "\nit was begun by: " + shlex.join(map(str, command)) if isinstance(command, list) else ""
    )


def _differences(key, was, now):
    """`(key, was, now)` of every entry of two JSON values that differs, keys joined by dots."""
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            change
            for name in sorted(was.keys() | now.keys())
            for change in _differences(f"{key}.{name}", was.get(name), now.get(name))
        ]
    return [] if was == now else [(key, was, now)]
