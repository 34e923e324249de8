"""An Esplora server over HTTP for tests: the embedded chain's face, served on a port of its own."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn
from arkcore.codec import from_hex_txid
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.esplora import EsploraSource
from stanchion.chain.esplora_face import EsploraFace
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def block_route(chain):
    """`/block/<hash>`, which the face leaves to full explorers; the time of the best block only."""

    async def block(request):
        name = request.path_params["hash"]
        tip = chain.tip()
        for height in range(tip.height, -1, -1):
            if chain.block_ref(height).hash == from_hex_txid(name):
                record = {"id": name, "height": height, "mediantime": chain.median_time(height)}
                times = {"timestamp": tip.time} if height == tip.height else {}
                return JSONResponse({**record, **times})
        return JSONResponse("Block not found", 404)

    return Route("/block/{hash}", block)


@contextmanager
def served(chain):
    """The URL of an Esplora server over `chain`."""
    app = Starlette(routes=[*EsploraFace(chain).routes(), block_route(chain)])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class EsploraWorld(EsploraSource):
    """An EsploraSource whose chain can be moved on behind its back."""

    def __init__(self, url: str, chain: EmbeddedChain) -> None:
        super().__init__(url, "bcrt")
        self.mine, self.reorg = chain.mine, chain.reorg
        self.fund, self.fund_many = chain.fund, chain.fund_many
