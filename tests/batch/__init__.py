"""A small operator and an owner's host for tests of batches on the device."""
