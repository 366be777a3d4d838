"""Whether a line at the prompt is complete: mp_repl_continue_with_input in py/repl.c.

It looks at characters, not at grammar, so it errs as the chip does: a bracket in a comment counts,
a decorator or a compound statement goes on until an empty line.
"""

import re

_COMPOUND = re.compile(rb"@|(if|while|for|try|with|def|class|async)(?!\w)")
_BRACKETS = {b"(": b")", b"[": b"]", b"{": b"}"}


def needs_more(source: bytes) -> bool:
    """Tell whether the prompt asks for another line; `source` is all its lines so far."""
    quote, code = _scan(source)
    if len(quote) == 3 or source.endswith(b"\\"):
        return True
    if not quote and any(code.count(a) > code.count(b) for a, b in _BRACKETS.items()):
        return True
    return bool(_COMPOUND.match(source)) and not source.endswith(b"\n")


def _scan(source: bytes) -> tuple[bytes, bytes]:
    """Return the quote that is still open (b"" for none) and all that stands outside of quotes."""
    quote, code = b"", bytearray()
    i = 0
    while i < len(source):
        char = source[i : i + 1]
        if char in (b"'", b'"'):
            if quote in (b"", char * 3) and source.startswith(char * 3, i):
                quote = b"" if quote else char * 3
                i += 2
            elif quote in (b"", char):
                quote = b"" if quote else char
        elif quote and char == b"\\" and source[i + 1 : i + 2] in (b"'", b'"', b"\\"):
            i += 1
        elif not quote:
            code += char
        i += 1
    return quote, bytes(code)
