"""The commit of the source that this package runs from."""

import json
import pathlib
import subprocess
from importlib import metadata

import keras_vae_collapse


def source_commit() -> str | None:
    """The commit in hexadecimal, `None` where it is not known.

    Of a checkout it is that of its `HEAD`, with `-dirty` behind it where files of the packages
    differ from it; of an installation from a repository that which `pip` has recorded (PEP 610).
    """
    folder = pathlib.Path(keras_vae_collapse.__file__).resolve().parents[1]
    if (folder / ".git").exists():
        head = _git(folder, "rev-parse", "HEAD")
        if head is None:
            return None
        changes = _git(folder, "status", "--porcelain", "--", "keras_vae_collapse", "zoo")
        return f"{head}-dirty" if changes else head
    try:
        text = metadata.distribution("keras-vae-collapse").read_text("direct_url.json")
        return json.loads(text or "{}").get("vcs_info", {}).get("commit_id")
    except (metadata.PackageNotFoundError, ValueError):
        return None


def _git(folder, *arguments):
    """What Git says, `None` where there is no Git or it fails."""
    try:
        done = subprocess.run(
            # Without locks: other commands may be at work in the checkout.
            ["git", "--no-optional-locks", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
