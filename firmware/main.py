"""Starts the application; whatever ends it restarts the board, never a prompt."""

import micropython

micropython.kbd_intr(-1)

import board

try:
    from signer import memory

    memory.loading()
    from signer import app

    app.run(board)
except Exception as error:  # noqa: BLE001 - a prompt after an error would give the keys away
    board.report(error)
    board.reset()
