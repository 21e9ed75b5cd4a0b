"""Runs a notebook and stores its outputs: `python tests/run_notebook.py FILE.ipynb [...]`.

What a widget shows is left out, since it is nothing without a kernel, and so are warnings.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(path, timeout_seconds=600):
    """The notebook of a file with the outputs of a run; an error of a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(pathlib.Path(path).parent)}}
    NotebookClient(
        notebook, timeout=timeout_seconds, kernel_name="python3", resources=folder
    ).execute()
    return notebook


def tidy(notebook):
    """Leaves what a reader wants: printed text in one piece, and pictures."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.outputs)
    return notebook


def _outputs(outputs):
    kept = []
    for output in outputs:
        data = output.get("data", {})
        text = output.get("text", data.get("text/plain", ""))
        if output.get("name") == "stderr" or WIDGET in data:
            continue
        if text.startswith(("WARNING:tensorflow", "<function")):
            continue
        if kept and output.output_type == kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def main():
    """Runs the notebooks that the command line names."""
    for path in sys.argv[1:]:
        nbformat.write(tidy(execute(path)), path)


if __name__ == "__main__":
    main()
