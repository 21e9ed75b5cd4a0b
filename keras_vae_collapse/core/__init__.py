"""What every other room stands on: checks, seeds, replicas, files, errors, registration."""
