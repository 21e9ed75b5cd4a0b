"""The ids below every vocabulary: padding, unknown symbol, start and end of a sequence."""

PAD, UNK, SOS, EOS = range(4)
FIRST_SYMBOL = 4
