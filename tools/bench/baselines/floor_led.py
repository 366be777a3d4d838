"""The floor: what nobody can do without, and nothing else."""

import socket

_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"on": true}'


def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
    listener.listen(5)
    while True:
        client, _ = listener.accept()
        client.recv(512)
        client.send(_ANSWER)
        client.close()
