"""The `stanchion` command: thin commands over the library."""
