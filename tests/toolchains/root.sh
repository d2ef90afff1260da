# shellcheck shell=bash
# A small Debian of another release in a folder, for tools that this one does not have. Sourced by `swift` and `phones`,
# which say the recipe. Needs root and debootstrap (installed where that is allowed); where that is missing it ends with
# 75 (EX_TEMPFAIL) and one line that says why and how to enable it.
#
#   root_make NAME SUITE PACKAGE…     makes ATALAYA_CACHE/NAME-root, once; again when the recipe has changed
#   root_run DIR… -- COMMAND…         runs a command in it with the folders at their own paths, in the first of them
#
# A recipe may define root_finish ROOT, what remains to be done after the packages; it counts as part of the recipe.
# Mounts are made in a mount namespace of their own and processes in a process namespace: both end with the command,
# however it ends, and nothing of them is ever seen outside.

ATALAYA_CACHE="${ATALAYA_CACHE:-$HOME/.cache/atalaya}"
root_say() { printf '%s: %s\n' "$root_name" "$1" >&2; }
root_unable() {
  printf 'SKIPPED %s root: %s. To enable it: %s\n' "$root_name" "$1" "$2"
  exit 75
}

# The mirror that this machine's own apt uses, from either form of its sources.
root_mirror() {
  { cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      sed -n 's/^deb[[:space:]]\+\(\[[^]]*\][[:space:]]*\)\?\([^[:space:]]*\).*/\2/p'
  } | grep -m1 -E '/debian/?$' || echo http://deb.debian.org/debian
}

# root_enter ROOT FOLDERS COMMAND…: FOLDERS is one line each; the first is where the command starts.
root_enter() {
  local root=$1 folders=$2 status
  shift 2
  ROOT=$root FOLDERS=$folders setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child=KILL --propagation private bash -euc '
    mount -t proc proc "$ROOT/proc"
    mount --rbind /dev "$ROOT/dev"
    start=/
    while IFS= read -r folder; do
      [ -n "$folder" ] || continue
      mkdir -p "$ROOT$folder"
      mount --rbind "$folder" "$ROOT$folder"
      [ "$start" != / ] || start=$folder
    done <<<"$FOLDERS"
    root=$ROOT
    unset ROOT FOLDERS TMPDIR OLDPWD
    export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export LC_ALL=C.UTF-8
    exec chroot "$root" /bin/bash -c "cd \"\$0\" && exec \"\$@\"" "$start" "$@"
  ' root "$@" <&0 &
  # unshare takes no signal while it waits; killed, it takes everything in the root along.
  # shellcheck disable=SC2064
  trap "kill -KILL $! 2>/dev/null; exit 143" INT TERM HUP
  wait $!
  status=$?
  trap - INT TERM HUP
  return "$status"
}

root_make() {
  root_name=$1
  local suite=$2 recipe mirror fresh began=$SECONDS
  shift 2
  root_folder="$ATALAYA_CACHE/$root_name-root"
  recipe=$(printf '%s\n' "$suite" "$@" "$(declare -f root_finish)" | sha256sum | cut -d' ' -f1)
  [ "$(id -u)" = 0 ] || root_unable 'only root can make and enter it' 'run this as root on Debian'
  # Another run that makes the same root is waited for, not joined.
  mkdir -p "$ATALAYA_CACHE"
  exec 9>"$root_folder.lock"
  flock 9
  if [ "$(cat "$root_folder/.recipe" 2>/dev/null)" = "$recipe" ]; then
    exec 9>&-
    return 0
  fi
  if ! command -v debootstrap >/dev/null; then
    command -v apt-get >/dev/null || root_unable 'there is no debootstrap' 'run this on Debian'
    root_say 'installing debootstrap'
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends debootstrap; } \
      >"$root_folder.log" 2>&1 || root_unable "debootstrap cannot be installed (see $root_folder.log)" 'apt-get install debootstrap'
  fi
  unshare --mount --pid --fork true 2>/dev/null ||
    root_unable 'this machine gives no namespaces' 'run this where root may call unshare --mount --pid'
  mirror=$(root_mirror)
  fresh="$root_folder.new"
  rm -rf "$fresh"
  root_say "making $root_folder: Debian $suite from $mirror"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$fresh" "$mirror" >"$root_folder.log" 2>&1 || {
    rm -rf "$fresh"
    root_unable "debootstrap failed (see $root_folder.log)" "make $mirror reachable"
  }
  cp /etc/resolv.conf "$fresh/etc/resolv.conf"
  cp /etc/ssl/certs/ca-certificates.crt "$fresh/etc/ssl/certs/ca-certificates.crt" 2>/dev/null
  root_say "installing $*"
  root_enter "$fresh" '' bash -c '
    apt-get -o Acquire::Check-Valid-Until=false update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-unsafe-io install -y --no-install-recommends "$@" &&
    apt-get clean' \
    install "$@" </dev/null >>"$root_folder.log" 2>&1 || {
    rm -rf "$fresh"
    root_unable "its packages cannot be installed (see $root_folder.log)" "make $mirror reachable"
  }
  # The packages' own bundle of certificates replaced the copied one.
  cp /etc/ssl/certs/ca-certificates.crt "$fresh/etc/ssl/certs/ca-certificates.crt" 2>/dev/null
  if declare -f root_finish >/dev/null; then
    root_finish "$fresh" >>"$root_folder.log" 2>&1 || root_unable "it cannot be finished (see $root_folder.log)" 'look there'
  fi
  printf '%s\n' "$recipe" >"$fresh/.recipe"
  rm -rf "$root_folder"
  mv "$fresh" "$root_folder"
  root_say "made in $((SECONDS - began)) s, $(du -sh "$root_folder" | cut -f1)"
  exec 9>&-
}

root_run() {
  local folders=''
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    folders+="$(realpath -e -- "$1")"$'\n' || exit 2
    shift
  done
  shift
  root_enter "$root_folder" "$folders" "$@"
}

# root_main ARGUMENTS…: [--in DIR]… [COMMAND…], the usage that both scripts share.
root_main() {
  local folders=()
  while [ "${1:-}" = --in ]; do
    [ -d "${2:-}" ] || { printf '%s: --in %s: no such folder\n' "$root_name" "${2:-}" >&2; exit 2; }
    folders+=("$2")
    shift 2
  done
  if [ $# -eq 0 ]; then
    printf '%s\n' "$root_folder"
  else
    root_run "${folders[@]}" -- "$@"
  fi
}
