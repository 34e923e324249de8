"""What passes unattended, and what is refused however nicely it is asked.

Below a limit value only returns to its owner, so nobody has to press a button for a refresh. Above
it the screen asks. They are constants of the firmware: no message of the host can raise them.
"""

# A host that may burn any fee could drain the owner through many refreshes.
INTENT_FEE_SAT = 5_000
INTENT_FEE_PER_MILLE = 10
# What refreshes may cost together between two presses, however many they are.
UNATTENDED_FEE_SAT = 50_000
EXIT_FEE_SAT = 5_000
EXIT_FEE_PER_MILLE = 50
# No honest fee market pays this; asked beyond it, a tired owner could press yes by habit.
MAX_FEERATE_SAT_VB = 1_000
# One press of "leave" allows its packages to be paid for without another press each.
EXIT_BUDGET_SAT = 100_000
# A register message without an end could be used by an operator whenever it suits him.
INTENT_WINDOW_SECONDS = 86_400
# A key at a far index is lost to a wallet that is restored from its words.
MAX_KEY_INDEX = 100_000
MAX_INPUTS = 16
MAX_OUTPUTS = 16
MAX_COMMITMENT_ITEMS = 2_000
# As many as leave room for the largest batch beside them (tests/attack, row 98).
MAX_LEDGER_RECORDS = 48
ONCHAIN_DUST_SAT = 330


def intent_fee_limit_sat(input_sat: int) -> int:
    """The fee that an intent over `input_sat` may pay without a button."""
    return max(INTENT_FEE_SAT, input_sat * INTENT_FEE_PER_MILLE // 1000)


def exit_fee_limit_sat(amount_sat: int) -> int:
    """The fee that a claim of `amount_sat` may pay without a button."""
    return max(EXIT_FEE_SAT, amount_sat * EXIT_FEE_PER_MILLE // 1000)
