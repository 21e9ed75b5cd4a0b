"""Downloads are pinned, checked by hash, and leave no wrong file behind."""

import functools
import hashlib
import http.server
import socket
import threading

import pytest

from keras_vae_collapse.tasks.reinflection import (
    DataError,
    download,
    fetch_sigmorphon2016,
    load_data,
)
from keras_vae_collapse.tasks.reinflection.download import SHA256

TRAIN = b"evi\tnum=PL\tevler\n"
DEV = b"dili\tnum=PL\tdiller\n"
FILES = {"turkish-task3-train": TRAIN, "turkish-task3-dev": DEV}


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        if self.path.startswith("/truncated/"):
            self.send_response(200)
            self.send_header("Content-Length", str(len(TRAIN)))
            self.end_headers()
            self.wfile.write(TRAIN[:5])
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server of the small files; the registry holds their hashes."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(
        download, "SHA256", {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    )
    for folder, files in {"good": FILES, "wrong": dict.fromkeys(FILES, b"other"), "no": {}}.items():
        (tmp_path / "www" / folder).mkdir(parents=True)
        for name, data in files.items():
            (tmp_path / "www" / folder / name).write_bytes(data)
    handler = functools.partial(Handler, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as instance:
        instance.requests = []
        thread = threading.Thread(target=instance.serve_forever, args=(0.02,))
        thread.start()
        instance.url = f"http://127.0.0.1:{instance.server_port}"
        yield instance
        instance.shutdown()
        thread.join()


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_good_files_are_fetched_once(server, tmp_path):
    cache = tmp_path / "cache"
    folder = fetch_sigmorphon2016(cache_dir=cache, base_url=f"{server.url}/good")
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert len(server.requests) == 2
    assert fetch_sigmorphon2016(cache_dir=cache, base_url=f"{server.url}/good/") == folder
    assert len(server.requests) == 2


def test_only_the_files_asked_for_are_fetched(server, tmp_path, monkeypatch):
    hashes = {**download.SHA256, "german-task3-dev": "0" * 64, "turkish-task1-dev": "0" * 64}
    monkeypatch.setattr(download, "SHA256", hashes)
    folder = fetch_sigmorphon2016("turkish", 3, tmp_path / "cache", f"{server.url}/good")
    assert files_in(folder) == sorted(FILES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_CACHE", str(tmp_path / "another"))
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_MIRROR", f"{server.url}/good/")
    assert [len(part) for part in load_data("sigmorphon2016")] == [1, 1]  # Turkish, task 3
    assert files_in(tmp_path / "another") == sorted(FILES)


@pytest.mark.parametrize(
    "folder, reason", [("wrong", "does not match"), ("no", "404"), ("truncated", "")]
)
def test_bad_answer_is_an_error_and_leaves_no_file(server, tmp_path, folder, reason):
    cache = tmp_path / "cache"
    url = f"{server.url}/{folder}"
    with pytest.raises(DataError, match=f"cannot get turkish-task3-\\w+ from {url}/.*{reason}"):
        fetch_sigmorphon2016(cache_dir=cache, base_url=url)
    assert files_in(cache) == []


def test_damaged_file_in_the_cache_is_replaced_or_refused(server, tmp_path):
    cache = tmp_path / "cache"
    folder = fetch_sigmorphon2016(cache_dir=cache, base_url=f"{server.url}/good")
    damaged = folder / "turkish-task3-train"
    damaged.write_bytes(b"flipped")
    with pytest.raises(DataError, match="404"):
        fetch_sigmorphon2016(cache_dir=cache, base_url=f"{server.url}/no")
    fetch_sigmorphon2016(cache_dir=cache, base_url=f"{server.url}/good")
    assert damaged.read_bytes() == TRAIN


def test_nobody_listening_is_an_error(server, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DataError, match="cannot get .*pass --data=DIRECTORY"):
        fetch_sigmorphon2016(cache_dir=tmp_path / "cache", base_url=f"http://127.0.0.1:{port}")


def test_cache_that_cannot_be_written_is_an_error(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataError, match="cannot get .* to .*/file/"):
        fetch_sigmorphon2016(cache_dir=tmp_path / "file", base_url=f"{server.url}/good")


def test_a_language_and_task_are_there_once_all_their_files_are(server, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_CACHE", str(tmp_path / "another"))
    assert not download.is_downloaded("turkish", 3, cache)
    folder = fetch_sigmorphon2016("turkish", 3, cache, f"{server.url}/good")
    assert folder == cache / "sigmorphon2016-f397ed13b2aa"
    assert download.is_downloaded("turkish", 3, cache) and not download.is_downloaded("turkish", 3)
    (folder / "turkish-task3-dev").unlink()
    assert not download.is_downloaded("turkish", 3, cache)


def test_data_flag_downloads_by_name(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_MIRROR", f"{server.url}/good")
    train, dev = load_data("sigmorphon2016", "turkish", 3)
    assert (train[0].target, dev[0].target) == ("evler", "diller")


def test_folder_of_that_name_comes_before_the_download(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    local = tmp_path / "sigmorphon2016"
    local.mkdir()
    for name in FILES:
        (local / name).write_bytes("kuş\tnum=PL\tkuşlar\n".encode())
    train, _ = load_data("sigmorphon2016", "turkish", 3)
    assert train[0].source == "kuş"
    assert server.requests == []


def test_unknown_language_or_task_lists_what_there_is(tmp_path):
    for language, task in (("klingon", 3), ("turkish", "unimorph"), ("maltese", 2)):
        with pytest.raises(DataError, match=f"no language '{language}'.*turkish-task3"):
            fetch_sigmorphon2016(language, task, cache_dir=tmp_path)


def test_published_files_have_the_pinned_hashes(sigmorphon2016_dir):
    names = [path.name for path in sigmorphon2016_dir.iterdir() if path.name in SHA256]
    assert len(names) >= 2
    for name in names:
        content = (sigmorphon2016_dir / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == SHA256[name]


def test_no_test_file_is_ever_downloaded():
    assert {name.rsplit("-", 1)[1] for name in SHA256} == {"train", "dev"}
    assert "/f397ed13b2aac85c08712f984a28a9d9671b2a97/" in download.BASE_URL
