// Comfort only: every page works without this.
"use strict";
const filters = document.querySelector("[data-filters]");
if (filters) {
  // A clean address: what does not filter is not written.
  filters.addEventListener("submit", () => {
    for (const field of filters.elements) if (field.name && field.value === "") field.disabled = true;
  });
  // Coming back from the next page finds the form usable again.
  addEventListener("pageshow", () => {
    for (const field of filters.elements) field.disabled = false;
  });
}
// "/" goes to the search, as in many lists.
addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  const typing = /^(input|select|textarea)$/i.test(document.activeElement.tagName);
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});
