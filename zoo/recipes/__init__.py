"""One recipe a file; the file is named after the recipe and defines `RECIPE`."""
