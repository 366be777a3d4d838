"""What the chip's firmware has and this board has not: using it raises an error that says so."""


class Absent:
    """It stands for a class or a function: a call or a look at a part of it raises the error."""

    def __init__(self, name):
        self._name = name

    def __call__(self, *args, **kwargs):
        raise NotImplementedError("the virtual board has no " + self._name)

    def __getattr__(self, attribute):
        self()
