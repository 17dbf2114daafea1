// The portal works without this file. It starts the Design System's behaviours
// and keeps the keyboard's place after htmx has changed part of a page.

// The address comes from the page: static file storage puts a hash into it,
// and does not rewrite `import` inside scripts. A module has no document.currentScript.
const { dataset } = document.getElementById("portal-script");
const { initAll } = await import(dataset.govuk);

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// On paper nothing can be opened: what is closed on the screen is printed open, and closed again.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});

const PLACE = '[data-autofocus], [tabindex="-1"].js-focus';

document.addEventListener("htmx:afterSettle", ({ target }) => {
  initAll({ scope: target });
  // An error summary takes the focus itself.
  if (target.querySelector(".govuk-error-summary")) return;
  const place = target.matches(PLACE) ? target : target.querySelector(PLACE);
  place?.focus();
});
