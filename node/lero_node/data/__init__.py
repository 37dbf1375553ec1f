"""Import, mapping, checks and encrypted snapshots of a LERO's records.

Nothing is handed on here on purpose: the idle parent imports `keys`, `sealing`, `mapping` and `manifest`, which are
free of pyarrow, and must not pay for `store` and `load`, which are not.
"""
