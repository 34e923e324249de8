"""The whole life of a VTXO, told step by step: what `make demo` runs."""
