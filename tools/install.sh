#!/bin/sh
# Make .venv and install requirements.txt into it. make calls this from the project's folder, on
# first use and whenever requirements.txt has changed.
set -eu

fail() {
    echo "error: $1" >&2
    exit 1
}

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    fail "no Python 3.10 or later on PATH; install one (Debian: apt install python3)"
}

# A .venv whose Python has been upgraded or removed since is made anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make virtual environments; on Debian: apt install python3-venv"
    "$python" -m venv --clear .venv || fail "$python could not make .venv; the lines above say why"
fi

echo "Installing tools into .venv (once, about a minute)" >&2
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --requirement requirements.txt || fail "pip could not install the tools; the lines above say why"
touch .venv/.installed
