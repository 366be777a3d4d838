"""First on the board: the light as it was, WebREPL, WiFi. Never fails, and takes 8 s at most.

A step that fails is printed, recorded for /status and skipped. mpremote gives all of it 10 s.
"""

import gc

boot_interrupted = False  # main.py, which shares this name, leaves the prompt alone then


class _Plain:  # settings, where device/config.py is missing
    PASS = WIFI_SSID = WIFI_PASSWORD = AP_PASSWORD = BASE = problem = ""
    HOSTNAME = "switch"
    LED_PIN = 2
    LED_ACTIVE_LOW = True


class _Boot:  # the steps, in their order, and what one hands on to the next
    retained = None
    config = _Plain()
    address = ""

    def run(self):
        self.step("deploy", self.roll_forward)
        self.step("RTC memory", self.memory)
        self.step("settings", self.settings)
        if self.retained:
            self.step("light", self.light)
        self.step("WebREPL", self.webrepl)
        self.step("access point", self.no_public_access_point)
        if not boot_interrupted:
            self.step("WiFi", self.wifi)
        if self.retained:
            # Last: of several errors the reason for safe mode is kept.
            self.step("safe mode", self.crashes)

    def step(self, name, action):
        global boot_interrupted
        try:
            action()
        except KeyboardInterrupt:
            boot_interrupted = True
        except Exception as e:
            self.failed(name, e)

    def failed(self, name, e):
        # What the hardware refuses a reset may mend; all else is in the files.
        cure = "reset the board" if isinstance(e, OSError) else "deploy again"
        self.problem("%s: %s: %s; %s" % (name, type(e).__name__, e, cure))

    def problem(self, line):
        print("boot:", line)
        if self.retained:
            self.retained.record(line)

    def roll_forward(self):
        import os

        try:
            # After a power cut LittleFS may hide it from stat(); a rename mends that.
            os.rename("/.deploy/commit", "/.deploy/commit")
        except OSError:
            return  # no deploy was cut off after it was decided
        with open("/.deploy/finish.py") as f:
            exec(f.read(), {})  # that deploy brought it along
        print("boot: finished the deploy that was cut off")
        import machine

        machine.reset()  # the old files leave memory

    def memory(self):
        from device import retained

        retained.load()
        self.retained = retained

    def settings(self):
        try:
            from device import config
        except Exception as e:
            self.failed("settings", e)
            self.plain_settings()
            return
        self.config = config.load()
        if self.config.problem:
            self.problem(self.config.problem)

    def plain_settings(self):
        try:
            import webrepl_cfg
        except Exception as e:
            # Its text may quote a password.
            self.problem("webrepl_cfg.py: " + type(e).__name__)
            return
        for name in dir(self.config):
            if name[0].isupper() and hasattr(webrepl_cfg, name):
                setattr(self.config, name, getattr(webrepl_cfg, name))

    def light(self):
        from device import led

        led.start(self.config.LED_PIN, self.config.LED_ACTIVE_LOW)

    def webrepl(self):
        password = self.config.PASS
        if not password:
            print("boot: WebREPL is off: set PASS in webrepl_cfg.py, 4 to 9 characters")
            return
        try:
            from device import access, webrepl_door

            access.start(self.config.HOSTNAME, "")  # the names that pages may come by
            webrepl_door.start(password, *[self.config.BASE] if self.config.BASE else [])
        except Exception as e:
            self.failed("WebREPL", e)
            import webrepl

            webrepl.start(password=password)
            # Without a limit a client that says nothing stops the whole board.
            webrepl.listen_s.settimeout(3)

    def crashes(self):
        from device import safe_mode

        safe_mode.count()

    def no_public_access_point(self):
        import network

        # The firmware's own has a password that everybody knows.
        ap = network.WLAN(network.WLAN.IF_AP)
        if ap.active():
            ap.active(False)

    def wifi(self):
        from device import wifi

        self.address, problem = wifi.connect(self.config)
        if problem:
            self.problem("WiFi: " + problem)


_boot = _Boot()
try:
    _boot.run()
except KeyboardInterrupt:
    boot_interrupted = True
if boot_interrupted:
    print("boot: interrupted; `import main` starts the switch")
else:
    print("boot: address", _boot.address or "none yet")

del _boot, _Boot, _Plain
gc.collect()
