"""Shows pages and pictures that stand outside `docs/` on the site, and mends the links to them."""

import pathlib
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[2]
PAGES = {
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "zoo/RESULTS.md": "RESULTS.md",
}


def on_files(files, config):
    """Adds the pages, and the pictures of the results."""
    for source, shown in PAGES.items():
        files.append(File.generated(config, shown, abs_src_path=str(ROOT / source)))
    for path in sorted((ROOT / "zoo/results").glob("*.*")):
        files.append(File.generated(config, f"results/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Relative links to files of the repository lead to their page, or are plain text."""
    source = next((s for s, shown in PAGES.items() if shown == page.file.src_uri), None)
    folder = (ROOT / (source or f"docs/{page.file.src_uri}")).parent

    def mended(match):
        target, _, anchor = match[2].partition("#")
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        path = (folder / target).resolve()
        if not path.is_relative_to(ROOT) or not path.exists():
            return match[0]  # MkDocs names it
        place = path.relative_to(ROOT).as_posix()
        anchor = f"#{anchor}" if anchor else ""
        up = "../" * page.file.src_uri.count("/")
        if place in PAGES:
            return f"{match[1]}({up}{PAGES[place]}{anchor})"
        if place == "README.md":
            return f"{match[1]}({up}index.md{anchor})"
        if place.startswith("zoo/results/"):
            return f"{match[1]}({up}{place.removeprefix('zoo/')})"
        if place.startswith("docs/"):
            shown = re.sub(r"\.ipynb$", ".md", place.removeprefix("docs/"))
            return f"{match[1]}({up}{shown}{anchor})"
        return match[1][1:-1]  # a file or folder of the repository that has no page

    return re.sub(r"(\[[^\]]*\])\(([^)\s]+)\)", mended, markdown)
