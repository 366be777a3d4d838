## A web switch for the ESP8266, and a virtual board to try it on.
#
#  A target that is a tool is one line: `name: tools.module ## what it does`.
#  Settings reach the tools through the environment, where make puts what its command line sets:
#  no value is ever pasted into a shell line.

.DEFAULT_GOAL := help
.PHONY: help clean check test test-home-assistant test-micropython lint fuzz
MAKEFLAGS += --no-builtin-rules
# With it, `python -m tools.info` would not find tools/.
unexport PYTHONSAFEPATH

##
## To use it:
run: tools.virtual_board ## the virtual board, in the foreground; Ctrl-C ends it
configure: tools.configure ## ask for WiFi, passwords and the LED's pin; write webrepl_cfg.py
flash: tools.flash ## put MicroPython, or the firmware FIRMWARE=file, on the board at PORT
deploy: tools.deploy ## bring the board at PORT, HOST or HOSTS up to date, all or nothing
repl: tools.repl ## a prompt on the board at PORT or HOST
watch: tools.watch ## put each file on the board at PORT or HOST as it is saved
info: tools.info ## what is on the board at PORT or HOST, and how it does
fleet: tools.fleet ## the boards that the MQTT broker BROKER knows, as a table
webrepl: tools.webrepl_page ## the WebREPL client in a browser, for the board at HOST or PORT

clean: ## remove build/ (with the virtual board's flash) and caches; .venv stays
	@rm -rf build .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name .venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

##
## To work on it (docs/contributing.md says how):
check: lint ## lint and the quick tests: some 40 seconds on two idle cores
	@exec .venv/bin/python -m pytest --instafail -n auto -m "not slow" tests/test_*.py

test: .venv/.installed-dev ## every test that this machine can run; says what it left out and why
	@echo "Running all tests: about 25 minutes on two cores. What fails is shown at once."
	@exec .venv/bin/python -m pytest --instafail -n 4 --dist worksteal

HOME_ASSISTANT = build/home-assistant/.installed
test-home-assistant: .venv/.installed-dev $(HOME_ASSISTANT) ## the switch in a real Home Assistant
	@exec .venv/bin/python -m pytest --instafail tests/home_assistant/checks.py

test-micropython: .venv/.installed-dev ## MicroPython's own tests, of MICROPYTHON, on virtual boards
	@exec .venv/bin/python -m tests.micropython_suites

lint: .venv/.installed-dev ## style, the device-code check, types of device code
	@failed=; \
	.venv/bin/python -m ruff check --no-cache --quiet --output-format=concise || failed=1; \
	.venv/bin/python -m ruff format --no-cache --check --quiet --output-format=concise || failed=1; \
	.venv/bin/python -m tools.lint || failed=1; \
	.venv/bin/python -m tools.lint.stubs && .venv/bin/python -m mypy || failed=1; \
	test -z "$$failed"

size: tools.size ## every budget with its present figure; fails above one
bench: tools.bench ## what a request costs, beside others that do the same; needs valgrind
soak: tools.soak ## many requests by all kinds of clients to a virtual board; nothing may be lost
fuzz: .venv/.installed-dev ## a million inputs of each kind that a fuzzer makes up; ends at one that does harm
	@exec .venv/bin/python -m tests.fuzz.target

screenshots: tools.screenshots ## pictures of the page, from the virtual board; needs Chromium
recording: tools.recording ## a short film of `make watch`, from the virtual board
build: tools.build

help:
	@awk 'sub(/^## ?/, "") { print; next } \
	    /^[a-z-]+:.* ## / { name = $$1; sub(/:.*/, "", name); sub(/.* ## /, ""); \
	    printf "  make %-19s %s\n", name, $$0 }' Makefile

# These files are never made, so that a tool is run whenever it is asked for.
tools.bench tools.recording tools.screenshots tools.size: .venv/.installed-dev
	@exec .venv/bin/python -m $@
# Its status 2, of a dry run that found something to do, is no error.
tools.deploy: .venv/.installed
	@.venv/bin/python -m $@ || test $$? -eq 2
tools.%: .venv/.installed
	@exec .venv/bin/python -m $@

.venv/.installed: requirements.txt .venv/bin/python
	@sh tools/install.sh requirements.txt
.venv/.installed-dev: requirements-dev.txt requirements.txt .venv/bin/python
	@sh tools/install.sh requirements-dev.txt
$(HOME_ASSISTANT): tests/home_assistant/requirements.txt
	@echo "Installing Home Assistant into build/home-assistant: 400 MB, some minutes"
	@.venv/bin/python -m venv --clear build/home-assistant
	@build/home-assistant/bin/python -m pip install -qq --disable-pip-version-check --no-input \
	    --no-compile --requirement tests/home_assistant/requirements.txt
	@touch $(HOME_ASSISTANT)
# No rule makes it: where it, or the Python that it links to, is gone, both are installed anew.
.venv/bin/python:

##
## Settings, as in `make run HTTP_PORT=8088`:
##   FLASH=path           the virtual board's flash (build/flash.img)
##   FIRMWARE_VARIANT=v   the firmware `make run` plays: romfs, generic or 1m
##   SETUP=1              `make run` plays a board that knows no network: its setup page
##   HTTP_PORT=n          the virtual board's HTTP port (8080)
##   WEBREPL_PORT=n       the virtual board's WebREPL port (8266)
##   MDNS_PORT=n          its port for mDNS, 5353 on a board (any free one)
##   DNS_PORT=n           its port for DNS, 53 on a board (any free one)
##   BROKER_PORT=n        an MQTT broker's port on this PC, for the virtual board at 192.168.1.5
##   PORT=/dev/tty...     a board's serial port (the only one that has a board)
##   HOST=name[:port]     a board on the network, by its WebREPL port (8266)
##   HOSTS="name ..."     several of them; HOSTS=@fleet: all that BROKER has online
##   BROKER=host[:port]   the MQTT broker for `make fleet` and HOSTS=@fleet (port 1883)
##   JSON=1               `make fleet` prints JSON instead of a table
##   FIRMWARE=file.bin    what `make flash` writes (the newest release, downloaded)
##   QR=label.svg         where `make configure` draws the code by which phones join the board
##   DRY_RUN=1            say what `make deploy` would do
##   TRIAL=0              keep what is deployed, also if it does not work
##   OLD_PASS='...'       the board's WebREPL password, where webrepl_cfg.py has a new one
##   MICROPYTHON=path     a checkout of MicroPython, for its own tests
##   SUITES="name ..."    which of them (all); also files, as in SUITES='basics/list*.py'
##   COUNT=n              how many requests `make soak` makes (100000)
##   MQTT=1               `make soak` with MQTT on, and a Mosquitto that restarts ten times
##   WRITE=1              bench, screenshots and recording write into docs/, not into build/
##
## make ends with status 0, or 2 when something failed; the line above make's own says what. A tool
## by itself (.venv/bin/python -m tools.deploy) ends with 0, 1 for a failure, or 2 where DRY_RUN=1
## found something to do.
