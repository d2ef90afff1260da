// The way of somebody who signs in and looks, on a real server: node server.test.mjs FOLDER-OF-PROGRAMS
import { accessible, complaints, everyStateHasItsWord, fits, keyboard } from "./checks.mjs";
import { launch, WIDE } from "./chromium.mjs";
import { finish, holds, must } from "./report.mjs";
import { start } from "./server.mjs";

const DEVICES = 3;
const [programs] = process.argv.slice(2);
const [server, browser] = [await start(programs, DEVICES), await launch()];

const context = await browser.newContext({ viewport: WIDE, locale: "es-ES", reducedMotion: "reduce" });
const page = await context.newPage();
const heard = complaints(page);
const goes = async (path) => page.goto(server.url + path);
const heading = () => page.locator("h1").innerText();

await holds("without a session every page leads to the sign-in", async () => {
  await goes("/devices?state=stale");
  must(page.url().startsWith(`${server.url}/sign-in?back=`), page.url());
  must((await page.getAttribute("html", "lang")) === "es", "the browser's language is not spoken");
});
const link = await server.invite();
await holds("a sign-in link shows first, is spent by its button, and never works twice", async () => {
  await page.goto(link);
  must((await heading()) === "Confirma que eres tú", await heading());
  await page.locator("main button").click();
  must(page.url() === `${server.url}/`, page.url());
  const other = await browser.newPage();
  const again = await other.goto(link);
  must(again.status() === 410, `the second time it answers ${again.status()}`);
  await other.close();
});
await holds("the overview counts every device, and its tiles lead to as many", async () => {
  await goes("/");
  must((await heading()).includes(`de ${DEVICES} dispositivos`), await heading());
  const tile = page.locator('.tile[href="/devices?state=in-grace"]');
  const count = Number(await tile.locator(".big").innerText());
  await tile.click();
  must((await page.locator("tbody tr").count()) === count, "another number of rows");
});
await holds("every number on the overview leads to a list", async () => {
  await goes("/");
  const hrefs = await page.locator("main a[href^='/devices?']").evaluateAll((links) => links.map((link) => link.href));
  must(hrefs.length > 8, `only ${hrefs.length} links`);
  for (const href of hrefs) {
    const answer = await page.goto(href);
    must(answer.status() === 200, `${href}: ${answer.status()}`);
  }
});
let device;
await holds("a device shows its checks, its signed report and who looked", async () => {
  await goes("/devices");
  await page.locator("tbody th a").first().click();
  device = new URL(page.url()).pathname;
  const text = await page.locator("main").innerText();
  must(text.includes("La firma (EdDSA) es válida, comprobada ahora"), text);
  must(text.includes("responsable"), "the look is not told");
  await page.locator("summary", { hasText: "contenido firmado" }).click();
  must((await page.locator("pre.code").innerText()).includes('"sequence": 1'), "no payload");
});
await holds("language and theme are chosen by a link and kept", async () => {
  await page.locator("a.switch[hreflang=en]").click();
  must(new URL(page.url()).pathname === device, `it leads to ${page.url()}`);
  must((await page.getAttribute("html", "lang")) === "en", "still Spanish");
  await page.locator("a.switch").last().click();
  await goes("/");
  must((await page.getAttribute("html", "data-theme")) === "dark", "not dark");
});
await holds("the export is a file with every device", async () => {
  await goes("/devices");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[href^='/devices.csv']").click()]);
  must(/^atalaya-devices-.*\.csv$/.test(download.suggestedFilename()), download.suggestedFilename());
});
await holds("pages follow each other without a row twice", async () => {
  const seen = new Set();
  await goes("/devices?limit=2&sort=device");
  for (;;) {
    for (const id of await page.locator("tbody th a").evaluateAll((links) => links.map((link) => link.href))) {
      must(!seen.has(id), `${id} twice`);
      seen.add(id);
    }
    const next = page.locator("a[rel=next]");
    if ((await next.count()) === 0) break;
    await next.click();
  }
  must(seen.size === DEVICES, `${seen.size} devices`);
});

heard.length = 0;
for (const [theme, language] of [["dark", "en"], ["light", "es"]]) {
  await goes(`/preferences?theme=${theme}&language=${language}`);
  for (const path of ["/", "/devices", "/devices?q=nothing", device, "/releases", "/devices/enrol", "/enrol"]) {
    await goes(path);
    const name = `${path.replace(device, "/devices/ID")} (${theme}, ${language})`;
    await holds(`${name} is walked through with the keyboard alone`, () => keyboard(page));
    await holds(`${name} has a word for every state`, () => everyStateHasItsWord(page));
    await holds(`${name} fits a screen of 380 px`, () => fits(page));
    await holds(`${name} has no serious barrier`, () => accessible(page));
  }
}
await holds("nothing broke the content security policy", () => must(heard.length === 0, heard.join("\n")));
await holds("what is not there says so with a way back", async () => {
  const answer = await goes("/devices/00000000000000000000000000");
  must(answer.status() === 404 && (await page.locator("main a[href='/']").isVisible()), `${answer.status()}`);
});

await holds("without script one signs in, filters and reads", async () => {
  const plain = await browser.newContext({ viewport: WIDE, javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(await server.invite());
  await still.locator("main button").click();
  await still.goto(`${server.url}/devices`);
  await still.locator("#f-state").selectOption("in-grace");
  await still.locator("#q").press("Enter");
  must(new URL(still.url()).searchParams.get("state") === "in-grace", still.url());
  await still.locator("tbody th a").first().click();
  must((await still.locator("h1").innerText()).length > 0, "no device");
  await plain.close();
});
await holds("the enrolment link fills the command for this server", async () => {
  await page.goto(server.enrolLink);
  const command = await page.locator("[data-command]").innerText();
  const [address, token] = server.enrolLink.split("/enrol#");
  must(command === `atalaya-agent enrol --server ${address} --token ${token}`, command);
});
await holds("signing out ends the session", async () => {
  await goes("/");
  await page.locator(".sign-out button").click();
  await goes("/");
  must(page.url().endsWith("/sign-in"), page.url());
});
await browser.close();
await holds("the server ends cleanly when asked", async () => must((await server.stop()) === 0, "not with 0"));
finish();
