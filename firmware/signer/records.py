"""Kinds of journal records. 0 to 15 belong to the device, 16 to 63 to the ledger.

The numbers are on flash: they are never reused for another meaning.
"""

BANK_HEADER = 0
BANK_SEAL = 1
OPERATOR = 2
LEDGER_FIRST = 16
LEDGER_LAST = 63
