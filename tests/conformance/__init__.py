"""Runs vector files of other implementations through this project's code on both interpreters."""
