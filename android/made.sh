# shellcheck shell=bash
# What `android/test`, `android/package` and `android/lint` share. Sourced in the repository's folder.
#
#   needs WHAT TOOL…           ends with one skipped where a tool is missing
#   fetch FILE ARTIFACT DIR    one artifact of a Maven repository into the cache's folder DIR, by Maven itself
#   make_sources               the library for this machine, its Kotlin side, resources and their identifiers, into $made
#   make_classes               the app's classes, into $classes, and what they are linked to, into $made/linked

. tests/bindings/built.sh
cache=$ATALAYA_CACHE/android
made=android/target/made classes=android/target/maven/classes
platform=15-robolectric-13954326
platform_jar=$cache/tools/android-all-$platform.jar
aapt2=$cache/tools/aapt2
mkdir -p "$cache/tools" android/target

# Debian's packages of what may be missing, where that is allowed.
debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    >android/target/apt.log 2>&1 || true
}

needs() {
  local what=$1 tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null && continue
    printf 'SKIPPED %s: %s is needed. To enable it: apt-get install %s\n0 passed, 0 failed, 1 skipped\n' \
      "$what" "$tool" 'maven openjdk-17-jdk-headless unzip python3 binutils apksigner dexdump'
    exit 0
  done
}

fetch() {
  [ -s "$cache/$3/$1" ] || mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact="$2" -DoutputDirectory="$cache/$3" >&2
}

# app_value NAME: as Gradle's build says it.
app_value() { sed -n "s/^ *$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" android/app/build.gradle.kts; }

# link_resources APK [OPTION…]: the manifest and the resources as the system reads them.
link_resources() {
  "$aapt2" compile --dir android/app/src/main/res -o "$1.res.zip"
  "$aapt2" link -I "$platform_jar" --manifest "$made/AndroidManifest.xml" --min-sdk-version "$(app_value minSdk)" \
    --target-sdk-version "$(app_value targetSdk)" --version-code "$(app_value versionCode)" \
    --version-name "$(app_value versionName)" "${@:2}" -o "$1" "$1.res.zip"
}

make_sources() {
  fetch apktool-lib-3.0.3.jar org.apktool:apktool-lib:3.0.3 tools
  fetch "${platform_jar##*/}" "org.robolectric:android-all:$platform" tools
  [ -x "$aapt2" ] || { unzip -p "$cache/tools/apktool-lib-3.0.3.jar" prebuilt/linux/aapt2 >"$aapt2"; chmod +x "$aapt2"; }
  rm -rf "$made"
  mkdir -p "$made/java"
  # The library without a network of its own, as the app ships it.
  bindings_for kotlin "$made"
  sed "s|<manifest |&package=\"$(app_value namespace)\" |" android/app/src/main/AndroidManifest.xml >"$made/AndroidManifest.xml"
  link_resources "$made/resources.apk" --java "$made/java"
}

# What the classes are made from; kept beside them afterwards, where `mvn clean` takes it away.
made_from() {
  find android/pom.xml android/app/src/main/kotlin "$made/bindings" "$made/java" -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum | sha256sum
}

make_classes() {
  local status=0 from
  from=$(made_from)
  if [ "$(cat "${classes%/*}/made-from" 2>/dev/null)" != "$from" ]; then
    mvn -B -f android/pom.xml clean compile >android/target/compile.log 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
      grep -E '^\[ERROR\]|^e: ' android/target/compile.log | head -n 40
      printf 'FAILED the app does not compile\n0 passed, 1 failed, 0 skipped\n'
      exit 1
    fi
    printf '%s\n' "$from" >"${classes%/*}/made-from"
  fi
  mvn -q -B -f android/pom.xml dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$PWD/$made/linked" >&2
}
