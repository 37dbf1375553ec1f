"""The one way from a snapshot to a noisy vector: a short-lived child that prints noisy cells and nothing else."""
