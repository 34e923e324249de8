"""The reference operator and the unmodified TypeScript SDK wallet, against each other."""
