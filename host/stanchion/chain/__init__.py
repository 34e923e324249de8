"""Chain sources: what the bridge asks of Bitcoin, and who answers it."""
