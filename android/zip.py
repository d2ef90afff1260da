#!/usr/bin/env python3
"""Writes archives that depend on their contents alone.

    zip.py jar FILE FOLDER < NAMES                       the named files of a folder
    zip.py apk FILE RESOURCES.apk DEX-FOLDER LIB-FOLDER  an unsigned APK

In an APK libraries and the table of resources are stored as they are, so that the system maps them from there: libraries
at pages of 16 KB, the table at 4 bytes. The way of aligning is that of Android's own tools, which apksigner keeps.
"""

import struct
import sys
import zipfile
from pathlib import Path

# The oldest moment that a zip can say, in place of a clock.
WHEN = (1980, 1, 1, 0, 0, 0)
PAGE = 16 * 1024
ALIGNMENT_FIELD = 0xD935
LOCAL_HEADER = 30


def write(archive, name, data, stored=False, alignment=1):
    entry = zipfile.ZipInfo(name, WHEN)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    if alignment > 1:
        start = archive.fp.tell() + LOCAL_HEADER + len(name.encode()) + 6
        padding = -start % alignment
        entry.extra = struct.pack("<HHH", ALIGNMENT_FIELD, 2 + padding, alignment) + bytes(padding)
    archive.writestr(entry, data, compresslevel=9)


def jar(file, folder):
    with zipfile.ZipFile(file, "w") as archive:
        for name in sys.stdin.read().split("\n"):
            if name:
                write(archive, name.removeprefix("./"), (Path(folder) / name).read_bytes())


def apk(file, resources, dex, libraries):
    with zipfile.ZipFile(file, "w") as archive, zipfile.ZipFile(resources) as made:
        names = sorted(made.namelist(), key=lambda name: (name != "AndroidManifest.xml", name))
        for name in names:
            table = name == "resources.arsc"
            write(archive, name, made.read(name), stored=table, alignment=4 if table else 1)
        for path in sorted(Path(dex).glob("*.dex")):
            write(archive, path.name, path.read_bytes())
        for path in sorted(Path(libraries).rglob("*.so")):
            name = f"lib/{path.relative_to(libraries)}"
            write(archive, name, path.read_bytes(), stored=True, alignment=PAGE)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "jar":
        jar(*sys.argv[2:])
    elif len(sys.argv) == 6 and sys.argv[1] == "apk":
        apk(*sys.argv[2:])
    else:
        sys.exit(__doc__)
