// Takes a picture of every page of the gallery: node pictures.mjs GALLERY OUT [NAME]
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, NARROW, WIDE } from "./chromium.mjs";
import { serve } from "./gallery.mjs";

const [gallery, out, only = ""] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const [server, browser] = [await serve(gallery), await launch()];
const pages = (await readdir(gallery)).filter((name) => name.endsWith(".html") && name.startsWith(only)).sort();
for (const [name, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
  const page = await browser.newPage({ viewport });
  for (const file of pages) {
    await page.goto(`${server.url}/${file}`);
    await page.screenshot({ path: join(out, file.replace(".html", `-${name}.png`)), fullPage: true });
  }
  await page.close();
}
console.log(`${pages.length * 2} pictures in ${out}`);
await browser.close();
server.close();
