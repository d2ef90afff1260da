// Reads the token from the fragment, which the browser keeps to itself, into the command and the app's link.
"use strict";
const page = document.querySelector("[data-enrol]");
const token = location.hash.slice(1);
if (/^[A-Za-z0-9._~-]{1,512}$/.test(token)) {
  const server = page.dataset.server;
  const command = page.querySelector("[data-command]");
  command.textContent = `atalaya-agent enrol --server ${server} --token ${token}`;
  // Named by its package, so that no other app that claims the scheme gets the token.
  page.querySelector("[data-open]").href = `intent://enrol?server=${encodeURIComponent(server)}` +
    `#Intent;scheme=atalaya;package=org.atalaya.agent;S.token=${encodeURIComponent(token)};end`;
  const copy = page.querySelector("[data-copy]");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () =>
      navigator.clipboard.writeText(command.textContent).then(() => { copy.textContent = copy.dataset.copied; }));
  }
} else {
  page.querySelector("[data-missing]").hidden = false;
}
