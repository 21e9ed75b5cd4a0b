"""Shows the notebooks of `docs/notebooks/` as pages: text, code and the stored outputs."""

import base64
import json
import pathlib

from mkdocs.structure.files import File

NOTEBOOKS = pathlib.Path(__file__).parents[1] / "notebooks"


def on_files(files, config):
    """Adds a page for each notebook, and its pictures."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        pictures: dict[str, bytes] = {}
        parts = [_part(cell, path.stem, pictures) for cell in cells]
        parts.insert(1, f'<a href="../{path.name}" download>Download this notebook</a>')
        name = f"notebooks/{path.stem}.md"
        files.append(File.generated(config, name, content="\n\n".join(filter(None, parts))))
        for picture, content in pictures.items():
            files.append(File.generated(config, f"notebooks/{picture}", content=content))
    return files


def _part(cell, stem, pictures):
    """Markdown of a cell; its pictures are added to `pictures`, `{file name: bytes}`."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    shown = [f"```python\n{source}\n```"]
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/png" in data:
            name = f"{stem}-{len(pictures) + 1}.png"
            pictures[name] = base64.b64decode("".join(data["image/png"]))
            shown.append(f"![output of the cell above]({name})")
        elif text := "".join(output.get("text", data.get("text/plain", ""))).rstrip("\n"):
            shown.append(f"```text\n{text}\n```")
    return "\n\n".join(shown)
