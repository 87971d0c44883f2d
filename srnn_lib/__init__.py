"""Self-replicating neural networks: the thin library behind the srnn book."""

__version__ = "0.1.0"
