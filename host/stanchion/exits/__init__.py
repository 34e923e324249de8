"""Unilateral exits: from stored, signed transactions to a coin that is the owner's alone.

The machine follows bark's (spec/bark.md section 1): states, statuses, errors and their names.
"""
