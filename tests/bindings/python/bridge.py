"""Runs the cases: bridge.py PROGRAM FOLDER [NAME…]. PYTHONPATH holds the generated binding beside its library."""

import asyncio
import sys
import traceback
from pathlib import Path

import cases
from server import Server


def main(program, folder, *names):
    folder = Path(folder)
    server = Server(program, folder / "server")
    passed = failed = 0
    try:
        server.apply(cases.HERE / "policy.yaml", "bridge")
        server.apply(cases.HERE / "notice.yaml", "notice")
        world = cases.World(server, folder)
        for case in cases.ALL:
            if names and not any(name in case.__name__ for name in names):
                continue
            print(f"  {case.__name__.replace('_', ' ')}", flush=True)
            try:
                asyncio.run(case(world))
                passed += 1
            except Exception:  # noqa: BLE001 - the next case runs all the same
                failed += 1
                traceback.print_exc()
                print("    FAILED", flush=True)
    finally:
        server.close()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
