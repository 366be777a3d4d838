"""What a board does at boot: the light as it was, WebREPL, WiFi. boot.py is what calls it.

A step that fails is printed, recorded for /status and skipped.
"""

import gc


def run(board):
    """Take the steps, with `board`, boot.py's object -> False where the settings cannot be had."""
    steps = _Steps(board)
    board.step("RTC memory", steps.memory)
    board.step("settings", steps.settings)
    if not steps.config:
        return False
    if board.rtc_state:
        board.step("light", steps.light)
    if not board.step("WebREPL", steps.webrepl):
        board.step("WebREPL", board.stock_webrepl)
    board.step("access point", board.no_public_access_point)
    if not board.interrupted:
        board.step("WiFi", steps.wifi)
    if board.rtc_state:
        # Last: of several errors the reason for safe mode is kept.
        board.step("safe mode", steps.crashes)
    if not board.interrupted:
        print("boot: address", steps.address or "none yet")
    return True


class _Steps:  # and what one hands on to the next
    config = None
    address = ""

    def __init__(self, board):
        self.board = board

    def memory(self):
        from device import rtc_state

        rtc_state.load()
        if self.board.last_problem:
            rtc_state.record(self.board.last_problem)
        self.board.rtc_state = rtc_state

    def settings(self):
        from device import config

        self.config = config.load()
        if self.config.problem:
            self.board.problem(self.config.problem)

    def light(self):
        from device import led

        led.start(self.config.LED_PIN, self.config.LED_ACTIVE_LOW)

    def webrepl(self):
        password = self.config.PASS
        if not password:
            print("boot: WebREPL is off: set PASS in webrepl_cfg.py, 4 to 9 characters")
            return True
        from device import access, webrepl_server

        gc.collect()
        access.start(self.config.HOSTNAME, "")  # the names that pages may come by
        webrepl_server.start(password, *[self.config.BASE] if self.config.BASE else [])
        return True

    def wifi(self):
        from device import wifi

        self.address, problem = wifi.connect(self.config)
        if problem:
            self.board.problem("WiFi: " + problem)
        if wifi.ap_is_up:
            from device import server

            server.jobs.append(wifi.sweep)  # to switch it off again

    def crashes(self):
        from device import safe_mode

        safe_mode.record()
