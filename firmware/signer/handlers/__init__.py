"""One file for each command, named as the command: `handle(device, params) -> dict`."""
