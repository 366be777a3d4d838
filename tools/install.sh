#!/bin/sh
# Install a list of packages into .venv: `sh tools/install.sh requirements.txt`. make calls this from
# the project's folder, on first use and whenever the list has changed.
set -eu

fail() {
    echo "error: $1" >&2
    exit 1
}

# With its version, as `python3` itself may be another one after an upgrade.
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if version=$("$name" -c 'import sys; print("python%d.%d" % sys.version_info[:2])
sys.exit(sys.version_info < (3, 10))' 2>/dev/null); then
            if "$version" -c '' 2>/dev/null; then name=$version; fi
            echo "$name"
            return
        fi
    done
    fail "no Python 3.10 or later on PATH; install one (Debian: apt install python3)"
}

case $1 in
requirements.txt)
    size="80 MB on disk, about 20 seconds"
    markers=.venv/.installed
    ;;
*)
    size="510 MB on disk, about a minute"
    markers=".venv/.installed .venv/.installed-dev"
    ;;
esac
echo "Installing $1 into .venv: $size (only now, and when the list changes)" >&2

# A .venv whose Python has been upgraded or removed since is made anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make virtual environments; on Debian: apt install python3-venv"
    "$python" -m venv --clear .venv || fail "$python could not make .venv; the lines above say why"
fi

# Uncompiled, as it takes half as long: Python compiles what is used, when it is used.
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-compile \
    --requirement "$1" || fail "pip could not install the tools; the lines above say why"
# The tests start hundreds of processes, also where Python may not keep what it compiles.
if [ "$1" = requirements-dev.txt ]; then
    .venv/bin/python -m compileall -qq -j 0 .venv/lib || true # some files are for other Pythons
fi
touch $markers
