"""The SIGMORPHON 2016 data by name: downloaded once, pinned to a commit, checked by hash."""

import os
import pathlib
from importlib import resources

from keras_vae_collapse.core.errors import did_you_mean
from keras_vae_collapse.tasks.data_errors import DataError, shown_path

NAME = "sigmorphon2016"
COMMIT = "f397ed13b2aac85c08712f984a28a9d9671b2a97"
BASE_URL = f"https://raw.githubusercontent.com/ryancotterell/sigmorphon2016/{COMMIT}/data/"
_TIMEOUT_SECONDS = 30
# SHA-256 of the published training and development files, by name.
_LINES = resources.files(__package__).joinpath("sigmorphon2016.sha256").read_text().splitlines()
SHA256 = dict(line.split() for line in _LINES if not line.startswith("#"))


def fetch_sigmorphon2016(language=None, task=None, cache_dir=None, base_url=None):
    """Downloads training and development files of the SIGMORPHON 2016 shared task.

    A file that is in the cache with the right hash is not downloaded again. A new one goes to a
    temporary name and gets its own when its SHA-256 is right; otherwise it is removed. So whatever
    stands in the folder that is returned is what was published.

    Args:
        language: such as `"turkish"`; all ten by default.
        task: 1, 2 or 3; all by default.
        cache_dir: where to keep the files; by default the environment variable
            `KERAS_VAE_COLLAPSE_CACHE`, or the user's cache folder.
        base_url: where the files are, instead of GitHub; by default the environment variable
            `KERAS_VAE_COLLAPSE_MIRROR`, if it is set.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        DataError: no such language or task, a download that fails, or a wrong hash.
    """
    import pooch  # here, since few runs need it

    names = _files(language, task)
    base_url = base_url or os.environ.get("KERAS_VAE_COLLAPSE_MIRROR") or BASE_URL
    folder = _folder(cache_dir)
    files = pooch.create(path=folder, base_url=base_url.rstrip("/") + "/", registry=SHA256)
    downloader = pooch.HTTPDownloader(timeout=_TIMEOUT_SECONDS)
    for name in names:
        try:
            files.fetch(name, downloader=downloader)
        except (OSError, ValueError) as error:
            raise DataError(
                f"cannot get {name} from {files.get_url(name)} to {folder}: {error}. You can put "
                f"the file into a directory yourself and pass --data=DIRECTORY."
            ) from error
    return folder


def is_downloaded(language, task, cache_dir=None):
    """Whether the files of a language and task are in the cache; arguments as for the download."""
    folder = _folder(cache_dir)
    return all((folder / name).is_file() for name in _files(language, task))


def _folder(cache_dir):
    import pooch

    cache_dir = cache_dir or os.environ.get("KERAS_VAE_COLLAPSE_CACHE")
    return pathlib.Path(cache_dir or pooch.os_cache("keras_vae_collapse")) / f"{NAME}-{COMMIT[:12]}"


def resolve_data(name, language, task):
    """The directory or file that a `--data` flag means.

    What exists is taken as it is, also a directory called `sigmorphon2016` in the working
    directory; only if there is none does that name start a download.

    Raises:
        DataError: there is no such directory or file, it cannot be reached, or the download fails.
    """
    path = pathlib.Path(name)
    try:
        if path.exists():
            return path
    except OSError as error:  # a name that no file can have, a folder that may not be searched
        raise DataError(f"cannot read {shown_path(name)}: {error.strerror}") from None
    if str(name) == NAME:
        return fetch_sigmorphon2016(language, task)
    raise DataError(
        f"no such directory: {shown_path(name)}, and no such file. Data sets known by name: demo, "
        f"{NAME}.{did_you_mean(name, ('demo', NAME))}"
    )


def _files(language, task):
    names = [
        name
        for name in SHA256
        if language in (None, name.split("-")[0]) and task in (None, int(name.split("-")[1][-1]))
    ]
    if not names:
        published = sorted({name.rsplit("-", 1)[0] for name in SHA256})
        raise DataError(
            f"{NAME} has no language {language!r} with task {task!r}. "
            f"It has: {', '.join(published)}"
        )
    return names
