// Serves the gallery's folder on a free port under the headers that the server sends with its pages.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";

const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

export const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://gallery").pathname));
    try {
      const body = await readFile(join(folder, path));
      const type = TYPES[path.split(".").pop()] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": POLICY });
      response.end(body);
    } catch {
      // Where a form or link of a drawn page leads, only the address matters.
      response.writeHead(404, { "content-type": "text/html; charset=utf-8" }).end("<title>Elsewhere</title>");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
