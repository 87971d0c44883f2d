"""Neurons that die and replicate: any feed-forward network, many runs of it at once."""
