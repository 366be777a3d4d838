"""Microdot, as its documentation begins."""

from machine import Pin, Signal
from microdot import Microdot

app = Microdot()
led = Signal(Pin(2, Pin.OUT), invert=True)


@app.get("/led")
async def get(request):
    return {"on": bool(led.value())}


def serve(port):
    app.run(port=port)
