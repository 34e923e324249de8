"""Changes a file inside an emulator's flash. Runs on MicroPython, from the root.

    micropython tests/device/forge.py <flash file> <name> <how>

`how` is a byte position to flip (negative from the end), `remove`, or `crc`: the last byte of the
last record's body is flipped and its CRC made right again, as somebody who knows the format would.
"""

import os
import sys
from binascii import crc32

import vfs

sys.path.append("boards/emulator/board")

from flash import FileFlash


def forged(data: bytearray, how: str) -> bytearray:
    if how == "crc":
        start = data.rfind(b"\xa6\x02")
        data[start + 20] ^= 1
        data[-4:] = crc32(bytes(data[start:-4])).to_bytes(4, "little")
    else:
        data[int(how)] ^= 1
    return data


def main() -> None:
    vfs.mount(vfs.VfsLfs2(FileFlash(sys.argv[1])), "/flash")
    path = "/flash/" + sys.argv[2]
    if sys.argv[3] == "remove":
        os.remove(path)
    else:
        with open(path, "rb") as file:
            data = bytearray(file.read())
        with open(path, "wb") as file:
            file.write(forged(data, sys.argv[3]))
    vfs.umount("/flash")
    print("ok")


main()
