// What must hold on every page, whoever serves it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { must } from "./report.mjs";
import { NARROW, WIDE } from "./chromium.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Listens for whatever a page complains of: violations of the policy, errors of its script, files that do not come.
export function complaints(page) {
  const heard = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("requestfailed", (request) => {
    // Whoever leaves a page before its icon has come has broken nothing.
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") heard.push(`${request.url()}: ${why}`);
  });
  return heard;
}

export async function accessible(page) {
  // Closed details hide what they hold from axe, and the skip link covers what is below it while it has the focus, which a
  // walk by keyboard may have left there.
  await page.evaluate(() => {
    document.querySelectorAll("details").forEach((details) => (details.open = true));
    document.activeElement?.blur();
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => axe.run({ runOnly: tags }), STANDARDS);
  const grave = violations.filter((found) => ["serious", "critical"].includes(found.impact));
  const told = grave.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
  must(grave.length === 0, told.join("\n"));
}

export async function fits(page) {
  await page.setViewportSize(NARROW);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize(WIDE);
  must(width <= NARROW.width, `the page is ${width} px wide on a screen of ${NARROW.width} px`);
}

// Every part of a picture that has a colour has a word, too: a state's text stands beside its shape.
export async function everyStateHasItsWord(page) {
  const mute = await page.evaluate(() =>
    [...document.querySelectorAll(".state")].filter((state) => !state.textContent.trim()).map((state) => state.outerHTML));
  must(mute.length === 0, `shapes without a word: ${mute.join(" ")}`);
}

// From the top with the tabulator alone: the skip link first, and a ring around whatever has the focus.
export async function keyboard(page) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => ({
    href: document.activeElement.getAttribute("href"),
    top: document.activeElement.getBoundingClientRect().top,
  }));
  must(first.href === "#content" && first.top >= 0, `the first stop is ${JSON.stringify(first)}, not a visible skip link`);
  let stops = 0;
  for (; stops < 120; stops += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const { activeElement } = document;
      if (!activeElement || activeElement === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      return { ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, html: activeElement.outerHTML.slice(0, 120) };
    });
    if (!at) break;
    must(at.ring, `no ring around ${at.html}`);
  }
  must(stops > 1, "nothing but the skip link can be reached");
}
