"""The database: round events (append-only), off-chain transactions, exit data."""
