"""A headless Chromium, driven through chromedriver's HTTP interface with the standard library."""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,860",
)
# Use software rendering for WebGL, which the projector draws with.
_SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def missing():
    """What is not installed of all that `Browser` needs."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


def request(url, method="GET", value=None, timeout=60):
    """The JSON answer to a request on this machine; no proxy is asked."""
    data = None if value is None else json.dumps(value).encode("utf-8")
    headers = {"Content-Type": "application/json"}
    query = urllib.request.Request(url, data=data, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(query, timeout=timeout) as answer:
        return json.loads(answer.read() or "null")


def wait_for(condition, seconds, what):
    """Calls `condition` until its result is true, and returns it.

    Raises:
        AssertionError: it is not true within so many seconds.
    """
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}; last: {result!r}")
        time.sleep(0.2)


class Browser:
    """A browser window; use it in a `with` block."""

    def __init__(self):
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        log = open(pathlib.Path(self._profile) / "driver.log", "wb")
        with log:
            self._driver = subprocess.Popen(
                ["chromedriver", "--port=0", "--allowed-ips=127.0.0.1"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._session = None

    def __enter__(self):
        try:
            port = None
            while port is None:
                line = self._driver.stdout.readline()
                if not line:
                    raise RuntimeError("chromedriver did not start")
                if "successfully on port" in line:
                    port = int(line.rsplit("port", 1)[1].strip(" .\n"))
            base = f"http://127.0.0.1:{port}/session"
            flags = [*_FLAGS, *_SOFTWARE_GL, f"--user-data-dir={self._profile}/profile"]
            options = {"goog:chromeOptions": {"args": flags, "binary": shutil.which("chromium")}}
            answer = request(base, "POST", {"capabilities": {"alwaysMatch": options}})
            self._session = f"{base}/{answer['value']['sessionId']}"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._session is not None:
            try:
                request(self._session, "DELETE")
            except OSError:
                pass
        self._driver.terminate()
        self._driver.wait(timeout=10)
        self._driver.stdout.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, url):
        """Loads a page from scratch, even if only the part behind `#` differs."""
        request(f"{self._session}/url", "POST", {"url": "about:blank"})
        request(f"{self._session}/url", "POST", {"url": url})

    def run(self, script, *arguments):
        """The value that a JavaScript function body returns."""
        body = {"script": script, "args": list(arguments)}
        try:
            return request(f"{self._session}/execute/sync", "POST", body)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode("utf-8")[:500]) from error

    def screenshot(self, path):
        """Writes what the window shows to a PNG file."""
        image = request(f"{self._session}/screenshot")["value"]
        pathlib.Path(path).write_bytes(base64.b64decode(image))
