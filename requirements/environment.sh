# Functions that ./run and ./test share: find a Python, make .venv, install what is locked.
# Sourced with ROOT set to the checkout. Writes to .venv alone.

VENV="$ROOT/.venv"
PY="$VENV/bin/python"
SUPPORTED="3.11 or 3.12"

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# A Python that starts, has a version we support, and can make an environment. Shims that only
# look like one, and Debian's python3 without its venv package, fail here.
usable() {
    "$1" -c '
import sys, os, shutil
ok = (3, 11) <= sys.version_info[:2] <= (3, 12)
# 3.13 has no embedded Redis: it will do where another one is at hand.
ok = ok or (sys.version_info[:2] == (3, 13) and (os.environ.get("REDIS_URL") or shutil.which("redis-server")))
import venv, ensurepip, sqlite3, ssl
sys.exit(not ok)
' >/dev/null 2>&1
}

find_python() {
    local candidate
    if [ -n "${CLEW_PYTHON:-}" ]; then
        usable "$CLEW_PYTHON" || fail "CLEW_PYTHON=$CLEW_PYTHON is not a working Python $SUPPORTED (with its venv module)."
        printf '%s\n' "$CLEW_PYTHON"
        return
    fi
    for candidate in python3.12 python3.11 python3 python python3.13 \
        "$HOME"/.pyenv/versions/3.12*/bin/python3 "$HOME"/.pyenv/versions/3.11*/bin/python3 \
        /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3.12; do
        if command -v "$candidate" >/dev/null 2>&1 && usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "No working Python $SUPPORTED was found. Install one (Debian, Ubuntu: apt install python3 python3-venv), or set CLEW_PYTHON to its path."
}

# Makes .venv unless there is one that works; CLEW_PYTHON of another version makes it anew.
make_venv() {
    if [ -x "$PY" ] && usable "$PY"; then
        [ -z "${CLEW_PYTHON:-}" ] && return
        [ "$("$CLEW_PYTHON" -c "$VERSION" 2>/dev/null)" = "$("$PY" -c "$VERSION")" ] && return
    fi
    new_venv
}

new_venv() {
    local python log
    python="$(find_python)" || exit 1
    printf '%s' "Making .venv with $("$python" --version) ($python) "
    rm -rf "$VENV" || fail "$VENV cannot be replaced."
    log="$(mktemp)"
    if ! patiently "$log" "$python" -m venv "$VENV"; then
        printf '\n' && tail -n 5 "$log" >&2 && rm -rf "$log" "$VENV"
        fail "The environment $VENV could not be made: see above. Is the disk full, or the directory read-only?"
    fi
    rm -f "$log"
    say " done"
}
VERSION='import sys; print(sys.version_info[:2])'

# install base|test: nothing to do if exactly this list was installed here before.
install() {
    local list="$ROOT/requirements/$1.txt"
    cmp -s "$list" "$VENV/.installed-$1.txt" && return
    # A start that was killed in the middle may have left an environment that cannot install.
    "$PY" -m pip --version >/dev/null 2>&1 || new_venv
    printf '%s' "Installing the packages of requirements/$1.txt into .venv (once) "
    local began=$SECONDS log
    log="$(mktemp)"
    if ! fetch "$list" "$log"; then
        printf '\n' && tail -n 25 "$log" >&2 && rm -f "$log"
        fail "The packages could not be installed: see above. Without a network, point PIP_INDEX_URL or PIP_FIND_LINKS at a copy of them, then start again."
    fi
    rm -f "$log"
    cp "$list" "$VENV/.installed-$1.txt"
    # The tests' list contains the other one.
    if [ "$1" = test ]; then cp "$ROOT/requirements/base.txt" "$VENV/.installed-base.txt"; fi
    say " done in $((SECONDS - began)) s"
}

# Search by meaning: its list, then torch. Clew runs without; what is missing is said in one line.
# What could not be installed is not tried again at every start, but when one of the lists, CLEW_TORCH
# or the day has changed.
install_search() {
    local torch="${CLEW_TORCH:-$(cat "$ROOT/requirements/torch.in")}" state
    state="$torch $(cat "$ROOT/requirements/search.txt" "$ROOT/requirements/torch.in" | cksum)"
    [ "$torch" = off ] && return
    [ "$state" = "$(cat "$VENV/.installed-search" 2>/dev/null)" ] && return
    if [ "$state $(date +%F)" = "$(cat "$VENV/.no-search" 2>/dev/null)" ]; then
        say "Without search by meaning: it could not be installed today. Again: rm .venv/.no-search (docs/deployment.md)."
        return
    fi
    printf '%s' "Installing search by meaning into .venv (once, about 1 GB; CLEW_TORCH=off leaves it out) "
    local began=$SECONDS log
    log="$(mktemp)"
    if fetch "$ROOT/requirements/search.txt" "$log" --no-deps && fetch_torch "$torch" "$log"; then
        printf '%s\n' "$state" >"$VENV/.installed-search"
        rm -f "$VENV/.no-search"
        say " done in $((SECONDS - began)) s"
    else
        printf '%s\n' "$state $(date +%F)" >"$VENV/.no-search"
        say " not possible; everything else works. CLEW_TORCH can name a torch wheel (docs/deployment.md). $(tail -n 1 "$log")"
    fi
    rm -f "$log"
}

# fetch_torch REQUIREMENT LOG: the build that fits this machine. On Linux the plain one carries gigabytes of
# CUDA, so it is taken only where CLEW_TORCH asks for it: a CPU build that pip is configured with comes
# first where there is no GPU, then what uv holds to be right for the machine.
fetch_torch() {
    local uv="$VENV/bin/uv" to=(pip install --python "$PY")
    if "$PY" -c 'import importlib.metadata as m, sys; sys.exit(m.version("torch").split("+")[0] != sys.argv[1])' \
        "${1#torch==}" >>"$2" 2>&1; then
        return
    fi
    if [ ! -x "$uv" ]; then
        # pip takes the plain build; only where it is the small one, or asked for
        [ -n "${CLEW_TORCH:-}" ] || [ "$(uname -s)" = Darwin ] || { say "uv is missing" >>"$2"; return 1; }
        patiently "$2" "$PY" -m pip --disable-pip-version-check --no-input install "$1"
        return
    fi
    if [ -n "${CLEW_TORCH:-}" ] || [ "$(uname -s)" = Darwin ]; then
        patiently "$2" as_pip_is_configured "$uv" "${to[@]}" "$1"
        return
    fi
    if ! command -v nvidia-smi >/dev/null 2>&1; then
        patiently "$2" as_pip_is_configured "$uv" "${to[@]}" "$1+cpu" && return
    fi
    UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-30}" patiently "$2" as_pip_is_configured "$uv" "${to[@]}" --torch-backend=auto "$1"
}

# fetch LIST LOG [OPTION...]: with uv where it can be had (ten seconds instead of a minute), else with pip: the same locked hashes.
fetch() {
    local list="$1" log="$2" pip=("$PY" -m pip --disable-pip-version-check --no-input install --require-hashes)
    shift 2
    [ -x "$VENV/bin/uv" ] || patiently "$log" "${pip[@]}" -r "$ROOT/requirements/install.txt" || true
    if [ -x "$VENV/bin/uv" ]; then
        patiently "$log" as_pip_is_configured "$VENV/bin/uv" pip install --python "$PY" --require-hashes "$@" -r "$list" &&
            return
    fi
    patiently "$log" "${pip[@]}" "$@" -r "$list"
}

# patiently LOG COMMAND...: what it says goes to the log; a dot every two seconds shows that it lives.
patiently() {
    local log="$1" ticks=0 child
    shift
    set -m # a process group of its own, so that whatever it starts ends with it
    "$@" >>"$log" 2>&1 </dev/null &
    child=$!
    set +m
    trap 'kill -- "-$child" 2>/dev/null || true; printf "\nStopped.\n"; exit 130' INT TERM
    while kill -0 "$child" 2>/dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        if [ $((ticks % 10)) = 0 ]; then printf '.'; fi
    done
    trap - INT TERM
    wait "$child"
}

# Runs a command of uv with what pip is configured to use: an institution's mirror, its certificate.
# Hashes are locked, so it does not matter which of the sources a file comes from.
as_pip_is_configured() (
    configured() { "$PY" -m pip config get "global.$1" 2>/dev/null | tr '\n' ' '; }
    export UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}" UV_LINK_MODE="${UV_LINK_MODE:-copy}"
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}" # as pip does
    local value
    value="${PIP_INDEX_URL:-$(configured index-url)}"
    [ -n "$value" ] && export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-${value% }}"
    value="${PIP_EXTRA_INDEX_URL:-$(configured extra-index-url)}"
    [ -n "$value" ] && export UV_INDEX="${UV_INDEX:-$value}"
    value="${PIP_FIND_LINKS:-$(configured find-links)}"
    [ -n "$value" ] && export UV_FIND_LINKS="${UV_FIND_LINKS:-${value% }}"
    value="${PIP_CERT:-$(configured cert)}"
    [ -n "$value" ] && export SSL_CERT_FILE="${SSL_CERT_FILE:-${value% }}"
    exec "$@"
)

# Two starts at once must not install into one environment at once.
with_lock() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$ROOT/.venv.lock"
        flock -n 9 || { say "Another start is installing; waiting for it ..."; flock 9; }
        "$@"
        exec 9>&-
    else
        "$@"
    fi
}

ready() { make_venv; install "$1"; install_search; }

prepare_environment() {
    [ "$(uname -s)" = Linux ] || [ "$(uname -s)" = Darwin ] || fail "Clew runs on Linux and macOS (on Windows: in WSL)."
    # Another environment's settings must not leak into ours.
    unset PYTHONHOME PYTHONPATH VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
    unset PYTHONDONTWRITEBYTECODE # each of our processes would compile all that it imports anew
    with_lock ready "$1"
}
