"""First on the board: what has to work whatever is wrong in device/. The rest is device/boot.py.

Never fails, and takes 8 s at most: mpremote gives it 10.
"""

import gc


class _Boot:
    interrupted = False
    rtc_state = None  # device/rtc_state.py, once that is loaded
    last_problem = ""

    def run(self):
        self.step("deploy", self.roll_forward)
        crashes = self.step("crashes", self.count) or 0
        if crashes > 6:
            self.interrupted = True
            self.problem("%d crashes in a row: off; mend it and reset the board" % crashes)
        elif self.step("start", self.start):
            return
        # A way in without device/. The SDK joins the network by itself.
        self.step("WebREPL", self.stock_webrepl)
        self.step("access point", self.no_public_access_point)

    def step(self, name, action):
        gc.collect()
        try:
            return action()
        except KeyboardInterrupt:
            self.interrupt()
            return True  # no other way is wanted
        except Exception as e:
            # What the hardware refuses a reset may mend.
            cure = "reset the board" if isinstance(e, OSError) else "deploy again"
            self.problem("%s: %s: %s; %s" % (name, type(e).__name__, e, cure))

    def interrupt(self):
        if not self.interrupted:
            self.interrupted = True
            print("boot: interrupted; `import main` starts the switch")

    def problem(self, line):
        print("boot:", line)
        self.last_problem = line
        if self.rtc_state:
            self.rtc_state.record(line)

    def roll_forward(self):
        import os

        try:
            # After a power cut LittleFS may hide it from stat(); a rename mends that.
            os.rename("/.deploy/commit", "/.deploy/commit")
        except OSError:
            return  # no deploy was cut off
        with open("/.deploy/finish.py") as f:
            exec(f.read(), {})  # that deploy brought it along
        print("boot: finished the deploy that was cut off")
        import machine

        machine.reset()  # the old files are in memory

    def count(self):
        # Before any import: a file that was cut short hangs that. Layout: device/rtc_state.py.
        import machine
        import network

        memory = machine.RTC().memory
        kept = bytearray(memory())
        if len(kept) != 128 or kept[:3] != b"SW\x01" or sum(kept) & 0xFF:
            kept = bytearray(b"SW\x01" + bytes(125))
        new = network.country() == "XX"
        network.country("ZZ")
        watchdog, exception, soft_watchdog = 1, 2, 3  # the SDK's numbers
        if machine.reset_cause() not in (watchdog, exception, soft_watchdog):
            kept[4] = 0
        elif new and kept[4] < 255:
            kept[4] += 1
        kept[5] = kept[5] - sum(kept) & 0xFF
        memory(kept)
        return kept[4]

    def start(self):
        try:
            from device import boot
        except KeyboardInterrupt:
            self.interrupt()
            from device import boot  # only the wait for WiFi is not wanted
        return boot.run(self)

    def stock_webrepl(self):
        import webrepl

        try:
            from webrepl_cfg import PASS
        except Exception as e:  # without its text, which may quote a password
            raise ImportError("webrepl_cfg.py: " + type(e).__name__)
        if len(PASS) > 3:  # as device/config.py has it
            webrepl.start(password=PASS)
            webrepl.listen_s.settimeout(3)  # or a silent client stops the board

    def no_public_access_point(self):
        import network

        # The firmware's own has a password that everybody knows.
        ap = network.WLAN(network.WLAN.IF_AP)
        if ap.active():
            ap.active(False)


_boot = _Boot()
try:
    _boot.run()
except KeyboardInterrupt:
    _boot.interrupt()
boot_interrupted = _boot.interrupted  # main.py, which shares it, starts nothing then
del _boot, _Boot
gc.collect()
