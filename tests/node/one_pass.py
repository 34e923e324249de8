"""One command on stored exits in a process of its own, which may kill itself on the way.

`python -m tests.node.one_pass <request.json>`: url, cookie, store, plan, command, rate, crash.
"""

import json
import os
import signal
import sys
from pathlib import Path

from stanchion.chain.node import NodeSource
from stanchion.chain.rpc import NodeRpc

from tests.exits.story import do_one_thing


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def main(path):
    request = json.loads(Path(path).read_text())
    chain = NodeSource(NodeRpc(request["url"], cookie=Path(request["cookie"])))
    do_one_thing(
        chain,
        Path(request["store"]),
        request["plan"],
        request["command"],
        request["rate"],
        request["crash"],
        die,
    )


if __name__ == "__main__":
    main(sys.argv[1])
