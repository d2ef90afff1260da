#!/usr/bin/env bash
# Builds the core for iPhones and simulators as PostureKit/AtalayaCoreFFI.xcframework, and its Swift side. Needs macOS
# with Xcode and rustup; not run on the machines that test this repository.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(uname)" = Darwin ] || { echo 'this needs macOS with Xcode' >&2; exit 2; }
package=ios/PostureKit
targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios)
export IPHONEOS_DEPLOYMENT_TARGET=17.0
rustup target add "${targets[@]}"
for target in "${targets[@]}"; do
  cargo build --locked --release -p bindings --target "$target"
done

# The Swift side, from an unstripped library of this machine: its metadata is the same.
cargo build --locked -p bindings
out=target/ios
rm -rf "$out/swift" "$out/headers" "$package/AtalayaCoreFFI.xcframework"
cargo run --locked --manifest-path bindings/bindgen/Cargo.toml -- \
  generate -l swift --out-dir "$out/swift" target/debug/libatalaya.dylib
mkdir -p "$package/Sources/AtalayaCore" "$out/headers" "$out/simulator"
cp "$out/swift/AtalayaCore.swift" "$package/Sources/AtalayaCore/"
cp "$out/swift/AtalayaCoreFFI.h" "$out/headers/"
# An XCFramework's module map has to have this name.
cp "$out/swift/AtalayaCoreFFI.modulemap" "$out/headers/module.modulemap"

# Two simulators are one platform, so they are one library.
lipo -create target/{aarch64-apple-ios-sim,x86_64-apple-ios}/release/libatalaya.a -output "$out/simulator/libatalaya.a"
xcodebuild -create-xcframework \
  -library target/aarch64-apple-ios/release/libatalaya.a -headers "$out/headers" \
  -library "$out/simulator/libatalaya.a" -headers "$out/headers" \
  -output "$package/AtalayaCoreFFI.xcframework"
