"""What is measured of a compiled model, to say why it collapsed; the model stays as it is."""
