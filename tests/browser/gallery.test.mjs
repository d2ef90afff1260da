// Every drawn page, in both themes and languages: node gallery.test.mjs GALLERY
import { readdir } from "node:fs/promises";
import { accessible, complaints, everyStateHasItsWord, fits, keyboard } from "./checks.mjs";
import { launch, WIDE } from "./chromium.mjs";
import { serve } from "./gallery.mjs";
import { finish, holds, must } from "./report.mjs";

const [folder] = process.argv.slice(2);
const [server, browser] = [await serve(folder), await launch()];
const pages = (await readdir(folder)).filter((name) => name.endsWith(".html")).sort();
await holds("the gallery has every page in both languages and themes", () =>
  must(pages.length >= 56 && pages.length % 4 === 0, `${pages.length} files`));

const scripted = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce" });
const plain = await browser.newContext({ viewport: WIDE, javaScriptEnabled: false });
const words = (page) => page.locator("main").innerText();

// Colours differ between themes, the rest only between languages.
const light = pages.filter((name) => name.endsWith("-light.html"));
const page = await scripted.newPage();
const still = await plain.newPage();
const heard = complaints(page);
for (const file of pages) {
  heard.length = 0;
  await page.goto(`${server.url}/${file}`);
  const said = await words(page);
  if (light.includes(file)) {
    await holds(`${file} has one heading, a language and a title`, async () => {
      must((await page.locator("h1").count()) === 1, "not exactly one h1");
      must(["es", "en"].includes(await page.getAttribute("html", "lang")), "no language");
      must((await page.title()).endsWith(" · Atalaya"), await page.title());
    });
    await holds(`${file} is walked through with the keyboard alone`, () => keyboard(page));
    await holds(`${file} has a word for every state`, () => everyStateHasItsWord(page));
    await holds(`${file} fits a screen of 380 px`, () => fits(page));
    await holds(`${file} says the same without script`, async () => {
      await still.goto(`${server.url}/${file}`);
      // The enrolment page alone asks a script whether its link is whole.
      const same = file.startsWith("enrol-e") || (await words(still)) === said;
      must(same && (await still.locator("h1").isVisible()), "another text");
    });
  }
  await holds(`${file} has no serious barrier`, () => accessible(page));
  await holds(`${file} keeps to the content security policy`, () => must(heard.length === 0, heard.join("\n")));
}
await page.close();
await still.close();

for (const [context, how] of [[scripted, "with"], [plain, "without"]]) {
  const open = async (file) => {
    const page = await context.newPage();
    await page.goto(`${server.url}/${file}`);
    return page;
  };
  await holds(`a search is sent with Enter ${how} script`, async () => {
    const page = await open("devices-en-light.html");
    await page.locator("#q").fill("galaxy");
    await page.locator("#f-state").selectOption("stale");
    await page.locator("#q").press("Enter");
    await page.waitForURL(/\/devices\?/);
    const asked = new URL(page.url()).searchParams;
    must(asked.get("q") === "galaxy" && asked.get("state") === "stale", page.url());
    if (how === "with") must(!asked.has("check"), `what does not filter stands in the address: ${page.url()}`);
    await page.close();
  });
  await holds(`a filter goes by its cross ${how} script`, async () => {
    const page = await open("devices-none-en-light.html");
    const href = await page.locator(".chip").first().getAttribute("href");
    must(href.includes("q=galaxy") && !href.includes("whatsapp="), href);
    await page.close();
  });
  await holds(`tables beside charts open with the keyboard ${how} script`, async () => {
    const page = await open("overview-en-light.html");
    const table = page.locator("details table").first();
    must(!(await table.isVisible()), "it is open before anybody asked");
    await page.locator("details > summary").first().focus();
    await page.keyboard.press("Enter");
    must(await table.isVisible(), "it stays closed");
    await page.close();
  });
}
await holds("the skip link leads into the content", async () => {
  const page = await scripted.newPage();
  await page.goto(`${server.url}/devices-en-light.html`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  must(await page.evaluate(() => document.activeElement.id === "content"), "the focus is elsewhere");
  await page.close();
});
await holds("a slash goes to the search", async () => {
  const page = await scripted.newPage();
  await page.goto(`${server.url}/devices-en-light.html`);
  await page.keyboard.press("/");
  must(await page.evaluate(() => document.activeElement.id === "q"), "the focus is elsewhere");
  await page.close();
});
await holds("the enrolment page fills the command from its link, and sends the token nowhere", async () => {
  const page = await scripted.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${server.url}/enrol-en-light.html#ABCDEFGHJKMNPQRSTVWXYZ0123`);
  const command = await page.locator("[data-command]").innerText();
  must(command.endsWith("--token ABCDEFGHJKMNPQRSTVWXYZ0123"), command);
  must(await page.locator("[data-missing]").isHidden(), "it says that the token is missing");
  must(!asked.some((url) => url.includes("ABCDEFGH") && !url.includes("#")), asked.join("\n"));
  await page.close();
});

await browser.close();
server.close();
finish();
