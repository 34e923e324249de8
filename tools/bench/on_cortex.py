"""Counts VM instructions and calls of every operation in unicorn: one JSON line.

`python -m tools.bench.on_cortex thumb2` with `firmware` on PYTHONPATH.
"""

import json
import sys

from tests.curve.on_cortex import use
from tools.bench.operations import operations

if __name__ == "__main__":
    board = use(sys.argv[1])
    rows = []
    for name, call in operations():
        board.instructions = board.calls = 0
        call()
        rows.append([name, board.instructions, board.calls])
    print(json.dumps(rows))
