"""Host bridge of the Stanchion signer: device link, rounds, exits, operator, chain."""
