"""Talking to the device: the serial link, the client, and the errors both raise."""
