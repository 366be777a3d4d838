"""Stands in for the firmware's module: the least with which the bundle starts on a PC."""


class WLAN:
    IF_STA, IF_AP = 0, 1

    def __init__(self, interface):
        pass

    def isconnected(self):
        return True

    def ifconfig(self):
        return ("192.168.4.16",)

    def status(self, what):
        return -60


def hostname():
    return "switch"
