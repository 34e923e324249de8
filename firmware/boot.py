"""Runs before everything else: no key on the host's keyboard may interrupt what follows."""

import micropython

micropython.kbd_intr(-1)
