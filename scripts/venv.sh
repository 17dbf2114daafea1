#!/bin/sh
# Makes or refreshes the virtual environment:  scripts/venv.sh run|dev
#   run  what the portal needs (requirements.txt)
#   dev  that, and what tests and checks need (requirements-dev.txt)
# PYTHON chooses the interpreter, VENV the folder. Quick when nothing has changed.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq "$@" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$@"; } >&2
}

case $kind in
    run) requirements=requirements.txt ;;
    dev) requirements=requirements-dev.txt ;;
    *) say "usage: scripts/venv.sh run|dev"; exit 2 ;;
esac

works=no
if [ -x "$venv/bin/python" ] && is_new_enough "$venv/bin/python"; then works=yes; fi

# The same requirements as last time: nothing to do. The dev set holds the run set.
wanted() { printf '%s %s\n' "$1" "$(cksum <"$1")"; }
is_done() { [ -f "$venv/.stamp-$1" ] && [ "$(cat "$venv/.stamp-$1")" = "$(wanted "$2")" ]; }
if [ $works = yes ]; then
    if is_done "$kind" "$requirements"; then exit 0; fi
    if [ "$kind" = run ] && is_done dev requirements-dev.txt && is_done dev-run requirements.txt; then exit 0; fi
fi

if [ $works = no ]; then
    python=
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if is_new_enough "$candidate"; then python=$candidate; break; fi
        if [ "$candidate" = "${PYTHON:-}" ]; then
            say "PYTHON=$PYTHON is not a Python 3.11 or newer."
            exit 1
        fi
    done
    if [ -z "$python" ]; then
        say "Python 3.11 or newer is needed and was not found."
        say "Debian 12 or newer: apt-get install python3 python3-venv   macOS: brew install python@3.13"
        say "Or name one: make PYTHON=/path/to/python3.12 ..."
        exit 1
    fi
    if ! has_venv "$python"; then
        package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "$python cannot make virtual environments yet: installing $package"
            apt_install "$package" || apt_install python3-venv || true
        fi
        if ! has_venv "$python"; then
            say "$python cannot make virtual environments. Please run:  sudo apt-get install $package"
            exit 1
        fi
    fi
    say "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

say "Installing $requirements into $venv (up to a minute or two the first time)"
# Wheels only, so no compiler is needed; --no-compile because only a small part is ever imported.
"$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r "$requirements"

wanted "$requirements" >"$venv/.stamp-$kind"
if [ "$kind" = dev ]; then wanted requirements.txt >"$venv/.stamp-dev-run"; fi
