"""The requests in fuzz/corpus, each named after what it gets: a status, or "wait" where more must
come. Runs on CPython and, by test_core_on_micropython, on MicroPython."""

import os
import sys

from core_cases import Client, Pages


def _folder():
    for path in sys.path:
        try:
            os.stat(path + "/tests/fuzz/corpus")
            return path + "/tests/fuzz/corpus/"
        except OSError:
            pass


def _test(name):
    def test():
        with open(_folder() + name, "rb") as file:
            data = file.read()
        expected = name.split("-")[0]
        for password in ("", "secret"):
            response = Client(password, status={"ip": None}, pages=Pages).send(data)
            got = "wait" if response is None else str(response[9:12], "ascii")
            assert got == expected or password and got == "401", got

    return test


# A test for each file, so that one that fails has a name. setattr(): what is put into globals()
# is not in MicroPython's dir().
for _name in sorted(os.listdir(_folder())):
    setattr(sys.modules[__name__], "test_" + _name.replace("-", "_"), _test(_name))
