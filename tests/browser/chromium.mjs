// The browser under test: the system's own, with everything that phones home turned off.
import { chromium } from "playwright-core";

export const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const launch = () =>
  chromium.launch({
    executablePath: executable,
    args: [
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    chromiumSandbox: false,
  });

export const WIDE = { width: 1280, height: 1100 };
export const NARROW = { width: 380, height: 900 };
