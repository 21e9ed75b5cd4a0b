"""The commands, one a file; none imports TensorFlow before its flags are parsed."""
