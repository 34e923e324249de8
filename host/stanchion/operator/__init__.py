"""The reference operator: real trees, real MuSig2, real forfeits, in process."""
