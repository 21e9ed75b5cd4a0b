"""Building a part that may have been built before."""


def build_once(part, *shapes):
    """Builds a layer unless that is done: one that comes from a saved file has been built."""
    if part is not None and not part.built:
        part.build(*shapes)
