"""The switch: the bundle as it is deployed, but on a port that needs no privilege."""


def serve(port):
    from device import api, switch

    api.port = port
    switch.start()
