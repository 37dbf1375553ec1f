"""What runs at a LERO: keeps the records, answers only with noise, and shows what it does."""

__version__ = "0.1.0"
