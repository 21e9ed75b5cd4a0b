"""The causes of a collapse: each a test with a number and a threshold."""
