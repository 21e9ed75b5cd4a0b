"""The folder of one training run: who may write to it, and how files get there whole."""

import json
import logging
import pathlib
import shutil

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import PARTIAL, write_json
from keras_vae_collapse.runs.lock import DirectoryLock

# What must stay the same for a resumed run to end as it would have ended.
_FIXED = ("recipe", "data", "seed", "decay_epochs")


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
        self.metrics = self.path / "metrics.json"
        self._lock = DirectoryLock(self.path)

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
                the folder cannot be written; the run to resume had another configuration.
                The folder is then as it was.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            try:
                self._resolve_earlier_run(json.loads(json.dumps(config)), resume, overwrite)
            except BaseException:
                self._lock.release()
                raise
        except OSError as error:
            raise RunError(f"cannot write to {self.path}: {error}") from error

    def close(self):
        """Gives the folder up."""
        self._lock.release()

    def _resolve_earlier_run(self, config, resume, overwrite):
        if self.config.exists() and resume:
            self._check_same(config)
        elif overwrite:
            self._clear()
        elif self.config.exists():
            raise RunError(
                f"{self.path} already holds a run: pass --resume to go on with it, "
                "--overwrite to replace it, or another --output_dir"
            )
        elif held := self._results():
            raise RunError(
                f"{self.path} holds {', '.join(held)}, but no config.json that says of what: pass "
                "--overwrite to replace what is there, or another --output_dir"
            )
        self.checkpoints.mkdir(exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        # What a killed process was writing.
        for folder in (self.path, self.checkpoints):
            for partial in folder.glob(f".*{PARTIAL}"):
                shutil.rmtree(partial, ignore_errors=True)
        write_json(self.config, config)

    def _results(self):
        """Names of what a training has left here and another would replace."""
        results = (self.model, self.export, self.predictions, self.metrics, *self.rounds())
        held = [path.name for path in results if path.exists()]
        return held + ([self.checkpoints.name] if any(self.checkpoints.glob("*")) else [])

    def rounds(self):
        """The folders of earlier rounds; those of version 0.1 stand in `teacher/`."""
        return [*sorted(self.path.glob("round-*")), *self.path.glob("teacher")]

    def _clear(self):
        for path in (self.checkpoints, self.logs, self.export, *self.rounds()):
            shutil.rmtree(path, ignore_errors=True)
        # The configuration goes last: until then the folder still says that it holds a run.
        files = (self.model, self.predictions, self.metrics, self.config)
        for path in files:
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
            )
        for key, was, now in _differences("versions", old.get("versions"), config.get("versions")):
            logging.warning(
                "%s was %s and now is %s: the resumed run may differ in its last digits",
                key,
                was,
                now,
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
