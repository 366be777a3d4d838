"""First on the board: what has to work whatever is wrong in device/.

The rest is device/startup.py. Never fails, and takes 8 s at most: mpremote gives it 10.
"""

import gc


class _Boot:
    interrupted = False
    failed = False  # so says device/rtc_state.py of the last deploy
    startup = None  # device/startup.py's object, for main.py
    rtc_state = None  # device/rtc_state.py, once that is loaded
    last_problem = ""

    def run(self):
        # The firmware's own access point has a password that everybody knows.
        self.step("access point", self.close_ap)
        self.step("deploy", self.finish)
        crashes = self.step("crashes", self.count) or 0
        if crashes > 1 or self.failed:
            self.step("undo", self.undo)
        if crashes > 6:
            self.problem("%d resets in a row: off; mend it and reset the board" % crashes)
        else:
            self.step("image", self.images)
            self.startup = self.step("start", self.start)
        if not self.startup:
            if not self.interrupted:
                self.step("undo", self.undo)
            # A way in without device/. The SDK joins the network by itself.
            self.step("WebREPL", self.stock_webrepl)

    def step(self, name, action):
        gc.collect()
        try:
            return action()
        except KeyboardInterrupt:
            self.interrupt()
            return True  # no other way is wanted
        except BaseException as e:  # a module may raise SystemExit, which is no Exception
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

    def close_ap(self):
        import network

        ap = network.WLAN(network.WLAN.IF_AP)
        if ap.active():
            ap.active(False)

    def finish(self):
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
        kept = memory()
        head = bytearray(kept[:16])
        if len(head) < 16 or head[:3] != b"SW\x02" or sum(head) & 0xFF:
            head = bytearray(b"SW\x02\0\0\0\1" + bytes(9))
            # Until November 2026 it was like this; the light stays as it was.
            if len(kept) == 128 and kept[:3] == b"SW\x01" and not sum(kept) & 0xFF:
                head[4] = kept[3]
            kept = b""
        # A hard reset sets it to this, a soft one does not: device/startup.py says more.
        new = network.country() == "XX"
        network.country("ZZ")
        cause = machine.reset_cause()
        if cause in (0, 6) or new and cause > 3 and head[6]:
            # Power, the reset button; a program's reset of a switch that had worked.
            head[5] = 0
        elif new and head[5] < 255:
            head[5] += 1
        # A soft reset is somebody's at the prompt, and so is any behind seven resets.
        head[6] = not new or head[5] > 6
        head[9] = new and not cause  # power has just come
        if head[7] < 255:
            head[7] += 1
        self.failed = head[8] == 2
        head[3] = head[3] - sum(head) & 0xFF
        memory(head + kept[16:])
        return head[5]

    def undo(self):
        # Take back a deploy on trial, where there is one: the next boot carries that out.
        import os

        try:
            os.rename("/.deploy/undo", "/.deploy/commit")
        except OSError:
            return
        import machine

        memory = machine.RTC().memory
        head = bytearray(memory())
        # Taken back; and this reset, which is meant, ends the row of those before.
        head[8], head[6], head[5] = 3, 1, 0
        head[3] = head[3] - sum(head[:16]) & 0xFF
        memory(head)
        print("boot: takes back the last deploy, which does not work")
        machine.reset()

    def images(self):
        # Firmware with ROMFS runs device/ from an image in flash: /device.rom has a line for the
        # one in use and for the one before it.
        import vfs

        try:
            memory = vfs.rom_ioctl(2, 0)
            lines = open("/device.rom")  # noqa: SIM115
        except (AttributeError, OSError):
            return  # device/ is a folder of files
        from binascii import hexlify
        from hashlib import sha256

        try:
            # The firmware mounts what begins at the start of the partition, damaged or not.
            vfs.umount("/rom")
        except OSError:
            pass
        with lines:
            for line in lines:
                start, length, digest = line.split()
                image = memory[int(start) :][: int(length)]
                if hexlify(sha256(image).digest()).decode() == digest:
                    return self.mount(vfs, vfs.VfsRom(image))  # type: ignore[attr-defined]
                self.problem("the image of device/ in flash is damaged; deploy again")

    def mount(self, vfs, image):
        import sys

        vfs.mount(image, "/rom")
        sys.path.insert(0, "/rom")
        from device import overlay

        sys.path.pop(0)
        overlay.files = [system for system, path in vfs.mount() if path == "/"][0]
        overlay.image = image
        vfs.mount(overlay, "/device")
        sys.modules["device"].__path__ = "/device"

    def start(self):
        try:
            from device import startup
        except KeyboardInterrupt:
            self.interrupt()
            from device import startup  # only the wait for WiFi is not wanted
        return startup.run(self)

    def stock_webrepl(self):
        import webrepl

        try:
            from webrepl_cfg import PASS
        except KeyboardInterrupt:
            raise
        except BaseException as e:  # without its text, which may quote a password
            raise ImportError("webrepl_cfg.py: " + type(e).__name__)
        if len(PASS) > 3:  # as device/config.py has it
            webrepl.start(password=PASS)
            webrepl.listen_s.settimeout(3)  # or a silent client stops the board


_boot = _Boot()
try:
    _boot.run()
except KeyboardInterrupt:
    _boot.interrupt()
# For main.py, which shares it: nothing starts where it is None.
startup = None if _boot.interrupted else _boot.startup
del _boot, _Boot
gc.collect()
