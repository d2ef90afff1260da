// A real server over an empty folder, and this machine as its devices: built programs, no part of them replaced.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

// The first JSON document that a program prints.
function firstDocument(child) {
  return new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      try {
        found(JSON.parse(text));
      } catch {
        // More is to come.
      }
    });
    child.once("exit", (code) => failed(new Error(`it ended with ${code} before it served`)));
  });
}

export async function start(programs, devices) {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-browser-"));
  const data = join(folder, "data");
  const atalaya = async (...given) =>
    JSON.parse((await run(join(programs, "atalaya"), ["--data", data, "--json", ...given])).stdout);
  const agent = (state, ...given) => run(join(programs, "atalaya-agent"), [...given, "--state", state]);
  const child = spawn(join(programs, "atalaya"), ["--data", data, "--json", "serve", "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { url } = await firstDocument(child);
  await atalaya("catalogue", "import", "--source", "administrator", new URL("catalogue.yaml", import.meta.url).pathname);
  const { link } = await atalaya("token", "create", "--group", "default", "--uses", String(devices), "--expires", "1d");
  for (let device = 0; device < devices; device += 1) {
    const state = join(folder, `agent-${device}`);
    await agent(state, "enrol", link);
    await agent(state, "report", "--now");
    await agent(state, "deliver");
  }
  return {
    url,
    enrolLink: link,
    invite: async () => (await atalaya("admin", "invite", "--email", "marta@clinica.example", "--role", "owner")).link,
    stop: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      const code = await ended;
      await rm(folder, { recursive: true });
      return code;
    },
  };
}
