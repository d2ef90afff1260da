# shellcheck shell=bash
# What the bridge tests and the shells' tests are run with. Sourced in the repository's folder: sets library, server and
# bindgen, each as the environment names it or else built.
#
#   skip_bridge LANGUAGE WHY HOW    ends with one skipped
#   bindings_for LANGUAGE FOLDER    writes FOLDER/bindings, and the library into FOLDER/library

export ATALAYA_CACHE="${ATALAYA_CACHE:-$HOME/.cache/atalaya}"
target=${CARGO_TARGET_DIR:-$PWD/target}
library=${ATALAYA_LIBRARY:-} server=${ATALAYA_SERVER:-} bindgen=${ATALAYA_BINDGEN:-}

skip_bridge() {
  printf 'SKIPPED bridge tests in %s: %s. To enable them: %s\n0 passed, 0 failed, 1 skipped\n' "$1" "$2" "$3"
  exit 0
}

bindings_for() {
  if [ -z "$library" ]; then
    cargo build --quiet --locked -p bindings || exit 1
    library=$target/debug/libatalaya.so
  fi
  if [ -z "$server" ]; then
    # As every other script builds it; in release where there is one.
    profile=debug flag=
    if [ -x "$target/release/atalaya" ]; then profile=release flag=--release; fi
    # shellcheck disable=SC2086
    cargo build --quiet --locked $flag --workspace --all-features --bins --examples || exit 1
    server=$target/$profile/atalaya
  fi
  if [ -z "$bindgen" ]; then
    bindgen=$ATALAYA_CACHE/bindgen/debug/uniffi-bindgen
    CARGO_TARGET_DIR=$ATALAYA_CACHE/bindgen \
      cargo build --quiet --locked --manifest-path bindings/bindgen/Cargo.toml || exit 1
  fi
  rm -rf "$2/bindings" "$2/library"
  mkdir -p "$2/library"
  # The unstripped library: it holds what the generator reads.
  "$bindgen" generate --language "$1" --no-format --out-dir "$2/bindings" "$library" >"$2/bindgen.log" 2>&1 || {
    cat "$2/bindgen.log"
    exit 1
  }
  cp "$library" "$2/library/libatalaya.so"
}
