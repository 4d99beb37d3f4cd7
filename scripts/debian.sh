# Sourced by the other scripts: brings what is missing from Debian's own packages.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*" >&2; }

die() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        return 127
    fi
}

# bring PACKAGE…: once for all that is missing, so that the index is read once.
bring() {
    [ "$#" -gt 0 ] || return 0
    say "installing $* with apt-get"
    command -v apt-get >/dev/null 2>&1 ||
        die "This machine has no apt-get. Install these by hand, then run again: $*"
    as_root true || die "Neither root nor sudo here. Ask somebody who may to run: apt-get install $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q -o Acquire::Retries=3 >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >&2
}

# Packages a build needs and this machine lacks: SQLite, zstd and the TLS
# library are compiled from C that comes with their crates.
missing_for_building() {
    command -v cc >/dev/null 2>&1 && command -v make >/dev/null 2>&1 || printf '%s\n' build-essential
    command -v pkg-config >/dev/null 2>&1 || printf '%s\n' pkg-config
}

# Packages the tests need beyond that. Power cuts need no package: the rig's disk is
# mounted by its own program, as root, wherever the kernel has /dev/fuse.
missing_for_testing() {
    has_postgres || printf '%s\n' postgresql
    command -v chromium >/dev/null 2>&1 || printf '%s\n' chromium
    command -v node >/dev/null 2>&1 || printf '%s\n' nodejs
    command -v npm >/dev/null 2>&1 || printf '%s\n' npm
    command -v zbarimg >/dev/null 2>&1 || printf '%s\n' zbar-tools
    command -v openssl >/dev/null 2>&1 || printf '%s\n' openssl
    command -v softhsm2-util >/dev/null 2>&1 || printf '%s\n' softhsm2
    command -v pdftotext >/dev/null 2>&1 || printf '%s\n' poppler-utils
    command -v python3 >/dev/null 2>&1 || printf '%s\n' python3
    [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || printf '%s\n' fonts-noto-cjk
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# Rust as rustup leaves it, also where the shell's profile was not read.
need_rust() {
    if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
    command -v cargo >/dev/null 2>&1 || die "Rust is missing. Install it from https://rustup.rs, then run this again."
}

# need_component COMPONENT SUBCOMMAND: a part of Rust that small installations lack.
need_component() {
    cargo "$2" --version >/dev/null 2>&1 && return
    command -v rustup >/dev/null 2>&1 || die "cargo $2 is missing. Install Rust's component $1, then run this again."
    say "adding Rust's component $1"
    rustup component add "$1" >&2
}
