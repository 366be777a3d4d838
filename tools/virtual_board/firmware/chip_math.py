"""`math` of the ESP8266: without special functions, and of the constants only e and pi.

Kinder: floats have 64 bits here, and 30 on the chip.
"""

from math import (
    acos,
    asin,
    atan,
    atan2,
    ceil,
    copysign,
    cos,
    degrees,
    e,
    exp,
    fabs,
    floor,
    fmod,
    frexp,
    isfinite,
    isinf,
    isnan,
    ldexp,
    log,
    modf,
    pi,
    pow,
    radians,
    sin,
    sqrt,
    tan,
    trunc,
)
