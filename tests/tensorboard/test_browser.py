"""TensorBoard on a real run, seen with a real browser."""

import re
import subprocess
import sys
import threading

import pytest
import webdriver

import zoo
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection.turkish_demo import demo_examples
from keras_vae_collapse.training import train

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(webdriver.missing()), reason=f"not installed: {', '.join(webdriver.missing())}"
    ),
]

DEV_WORDS = 40
SIZES = ("hidden_units=16", "embedding_dim=8", "condition_dim=8", "latent_dim=6")
# Parts of the page lie in shadow trees and frames, which plain selectors do not see; a selector
# sees one tree at a time, so it cannot name an element of another one.
FIND = """
const selector = arguments[0], found = [];
function walk(node) {
    for (const child of node.children) {
        if (child.matches(selector)) found.push(child);
        if (child.shadowRoot) walk(child.shadowRoot);
        if (child.contentDocument) walk(child.contentDocument);
        walk(child);
    }
}
walk(document);
"""
SECONDS = 60


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """The folder of two trained runs, one of which collapses."""
    data = tmp_path_factory.mktemp("data")
    for task in (1, 2, 3):
        parts = demo_examples(task=task, train_pairs=320, dev_pairs=DEV_WORDS, invented_stems=0)
        for split, examples in parts.items():
            columns = ((e.source_features, e.source, e.features, e.target) for e in examples)
            rows = ("\t".join(filter(None, row)) + "\n" for row in columns)
            (data / f"turkish-task{task}-{split}").write_text("".join(rows), encoding="utf-8")
    runs = tmp_path_factory.mktemp("runs")
    for name in ("base", "mdr"):
        recipe = zoo.override(zoo.recipe(name), [*SIZES, "batch_size=5", "epochs=4"])
        train(recipe, ReinflectionTask(data), runs / name, verbose=0)
    return runs


@pytest.fixture(scope="module")
def tensorboard(logs):
    """The address of a TensorBoard on these runs that has read all of them."""
    command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logs}", "--host=127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port=0", "--load_fast=false"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = None
        while port is None:
            line = process.stderr.readline()
            assert line, "TensorBoard did not start"
            port = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        # An unread pipe would fill up and stop the server.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        address = f"http://127.0.0.1:{port[1]}/"

        def loaded():
            plugins = webdriver.request(address + "data/plugins_listing")
            names = ("scalars", "images", "text", "hparams", "projector", "custom_scalars")
            final = webdriver.request(address + "data/plugin/scalars/tags")
            return all(plugins[name]["enabled"] for name in names) and all(
                "final/accuracy" in final.get(f"{run}/logs/dev", {}) for run in ("base", "mdr")
            )

        webdriver.wait_for(loaded, SECONDS, "TensorBoard has read both runs")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    with webdriver.Browser() as browser:
        yield browser


def wait_for(browser, selector, expression, what):
    """Waits until `expression` over the elements `found` is true, and returns it."""
    script = FIND + f"return {expression};"
    return webdriver.wait_for(lambda: browser.run(script, selector), SECONDS, what)


def test_scalars_show_training_and_development_set_of_every_run(tensorboard, browser):
    browser.open(tensorboard + "#timeseries")
    wanted = ["epoch_accuracy", "epoch_active_units", "epoch_multiplier", "epoch_z_gap"]
    titles = "found.map(e => e.textContent.trim())"
    everything = f"{wanted}.every(tag => {titles}.some(title => title.startsWith(tag)))"
    wait_for(browser, "metrics-card-group-toolbar", everything, "a group for every figure")
    browser.open(tensorboard + "?tagFilter=epoch_distortion#timeseries")
    wait_for(browser, "scalar-card line-chart canvas", "found.length == 1", "one chart")
    rows = wait_for(
        browser,
        "scalar-card tb-data-table-content-row",
        "found.length == 4 && found.map(e => e.textContent)",
        "a row for each line",
    )
    for run in ("base", "mdr"):
        for part in ("train", "dev"):
            (row,) = (row for row in rows if f"{run}/logs/{part}" in row)
            assert re.search(r"\d\.\d", row)


def test_images_show_the_rate_per_dimension(tensorboard, browser):
    browser.open(tensorboard + "#images")
    sizes = wait_for(
        browser,
        "img[src*=individualImage]",
        "found.length == 2 && found.every(e => e.naturalWidth) "
        "&& found.map(e => [e.naturalWidth, e.naturalHeight, e.clientWidth])",
        "a picture of each run",
    )
    # Shown as they are: the browser's scaling would leave letters that nobody can read.
    assert all(height > width > 200 and shown == width for width, height, shown in sizes)


def test_custom_scalars_show_rate_distortion_and_multiplier_together(tensorboard, browser):
    browser.open(tensorboard + "#custom_scalars")
    titles = wait_for(
        browser,
        "[class*=heading]",
        "found.length > 3 && found.map(e => e.textContent.trim())",
        "the charts of the first category",
    )
    for title in ("rate R", "distortion D", "multiplier or weight of the rate"):
        assert any(title in text for text in titles), titles


def test_text_shows_predictions_and_the_warning_of_the_collapsed_run(tensorboard, browser):
    browser.open(tensorboard + "#text")
    rows = wait_for(
        browser,
        "tr",
        "found.length > 40 && found.map(e => e.textContent.trim())",
        "a table of each run",
    )
    assert any(re.search(r"✗\s*\w+\s*pos=N,.*case=\w+", row, re.DOTALL) for row in rows)
    warnings = wait_for(
        browser,
        "code",
        "found.map(e => e.textContent).filter(t => t.includes('diagnose'))",
        "the warning",
    )
    assert len(warnings) == 1 and "/base " in warnings[0]


def test_hparams_compare_the_recipes(tensorboard, browser):
    browser.open(tensorboard + "#hparams")
    cells = wait_for(
        browser,
        "vaadin-grid-cell-content",
        "found.some(e => e.textContent.includes('MDRConstraint')) "
        "&& found.map(e => e.textContent.trim())",
        "the table",
    )
    assert {"recipe", "base", "mdr", "KLDivergence", "epoch_accuracy"} <= set(cells)
    names = wait_for(
        browser,
        "paper-checkbox",
        "found.length && found.map(e => e.textContent.trim())",
        "the list of hyperparameters and metrics",
    )
    assert {"rate_term.rate_nats", "final/accuracy", "final/rate_nats", "seed"} <= set(names)


def test_projector_shows_every_word_with_its_labels(tensorboard, browser, logs):
    browser.open(tensorboard + "#projector")
    table = logs / "base" / "logs" / "dev" / "projector" / "labels.tsv"
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    points = wait_for(
        browser,
        "span.numDataPoints",
        "found.length && Number(found[0].textContent)",
        "the number of points",
    )
    assert points == len(rows)
    assert len({row.split("\t")[1] for row in rows} - {"-"}) > 1
    labels = wait_for(
        browser,
        "#labelby paper-item",
        "found.length > 4 && found.map(e => e.textContent.trim())",
        "the labels to choose from",
    )
    assert set(header.split("\t")) <= set(labels)
