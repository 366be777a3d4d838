"""The switch: the bundle as it is deployed, but on a port that needs no privilege."""

import sys

import loop


def serve(port):
    server = loop.load()
    from device import api, switch

    api.port = port
    switch.start()
    loop.run(server, *[-1] if sys.argv[3] == "instructions" else [])
