"""The house is as `docs/architecture.md` says: imports point one way, rooms keep to their words."""

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = "keras_vae_collapse"
# A room may import those of earlier lines, and of its own line where that makes no circle.
LEVELS = (
    ("core",),
    ("losses", "schedules"),
    ("layers",),
    ("metrics",),
    ("models", "callbacks", "diagnostics", "testing"),
    ("tasks",),
    ("runs", "distribute", "tensorboard", "export"),
    ("training",),
    ("commands",),
    ("evaluate", "diagnose", "inflect", "sample", "projector", "data"),
    ("zoo",),
    ("train",),
)
LEVEL = {room: number for number, rooms in enumerate(LEVELS) for room in rooms}
GENERAL = (
    "losses", "layers", "metrics", "schedules", "callbacks", "diagnostics", "models", "testing",
    "training", "runs", "distribute", "tensorboard", "export",
)  # fmt: skip
WORDS_OF_A_TASK = re.compile(r"\b(words?|lemmas?|features?|sigmorphon)\b", re.I)


def sources():
    yield ROOT / "train.py"
    for package in (PACKAGE, "zoo"):
        yield from sorted((ROOT / package).rglob("*.py"))


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sources()}


def room(module):
    parts = module.split(".")
    if parts[0] == PACKAGE:
        return parts[1] if len(parts) > 1 else PACKAGE
    return parts[0]


def is_main(node):
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def imports(path):
    """Names of modules of ours that a file imports, functions included, aliases of commands not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not is_main(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module for name in inner]
        else:
            continue
        yield from (name for name in names if name in MODULES)


GRAPH = {module: set(imports(path)) for module, path in MODULES.items()}


def arrows():
    for module, targets in GRAPH.items():
        for target in targets:
            if room(module) != room(target) and PACKAGE not in (room(module), room(target)):
                yield module, target


def test_imports_point_one_way():
    wrong = [
        f"{module} -> {target}"
        for module, target in arrows()
        if LEVEL[room(target)] > LEVEL[room(module)]
    ]
    assert not wrong, wrong


def test_the_package_never_imports_the_zoo():
    assert not [m for m in GRAPH if m.startswith(PACKAGE) and any(map(is_zoo, GRAPH[m]))]


def is_zoo(module):
    return module.split(".")[0] == "zoo"


def circles(graph):
    """The sets of nodes that reach one another, by the nodes that each reaches."""
    reached = {}
    for start in graph:
        found, pending = set(), [start]
        while pending:
            new = graph.get(pending.pop(), set()) - found
            found |= new
            pending += new
        reached[start] = found
    return {frozenset(n for n in reached[s] if s in reached[n]) for s in graph if s in reached[s]}


def test_there_are_no_circles_between_files():
    packages = {m for m, path in MODULES.items() if path.name == "__init__.py"}
    graph = {m: targets - packages for m, targets in GRAPH.items()}
    assert not circles(graph)


def test_there_are_no_circles_between_rooms():
    graph = {}
    for module, target in arrows():
        graph.setdefault(room(module), set()).add(room(target))
    assert not circles(graph)


def test_at_most_ten_modules_lie_loose_in_the_package():
    assert len(list((ROOT / PACKAGE).glob("*.py"))) <= 10


@pytest.mark.parametrize("name", GENERAL)
def test_a_general_room_knows_nothing_of_a_task(name):
    folder = ROOT / PACKAGE / name
    paths = sorted(folder.rglob("*.py")) or [folder.with_suffix(".py")]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WORDS_OF_A_TASK.search(line)
    ]
    assert not found, "\n".join(found)
