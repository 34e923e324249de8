"""Rounds: the event-sourced aggregate and the driver that takes a signer through a batch."""
