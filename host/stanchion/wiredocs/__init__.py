"""Writes what follows from the method table: docs/protocol.md, the CDDL file, the typed client."""
