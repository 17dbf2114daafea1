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

// Files for an import can be dropped, are listed before they are sent, and can be taken out again.
// The plain picker keeps what is chosen, so nothing of this is needed to send them.
const UNITS = ["bytes", "KB", "MB"];
const inWords = (size) => {
  const step = size < 1024 ? 0 : size < 1024 * 1024 ? 1 : 2;
  const number = size / 1024 ** step;
  return `${step && number < 100 ? number.toFixed(1) : Math.round(number)} ${UNITS[step]}`;
};
const element = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text, className });

for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const place = element("div", "", "drop");
  const list = element("ul", "", "drop__files");
  const said = element("p", "", "govuk-visually-hidden");
  said.setAttribute("role", "status");
  const megabytes = Number(form.dataset.maxMegabytes);
  const most = Number(form.dataset.maxFiles);
  let chosen = [];

  const keep = (files) => {
    chosen = files;
    const kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    input.files = kept.files;
    list.replaceChildren(...files.map(line));
    if (files.length > most) list.prepend(element("li", `Choose ${most} files or fewer at a time.`, "drop__wrong"));
  };
  const add = (files) => {
    const known = new Set(chosen.map(({ name, size }) => `${size} ${name}`));
    keep([...chosen, ...[...files].filter(({ name, size }) => !known.has(`${size} ${name}`))]);
    said.textContent = `${chosen.length} ${chosen.length === 1 ? "file" : "files"} chosen`;
  };
  const line = (file) => {
    const item = element("li", "", "");
    const large = file.size > megabytes * 1024 * 1024;
    const about = large ? `${inWords(file.size)}, more than ${megabytes} MB` : inWords(file.size);
    const remove = element("button", "Remove", "");
    remove.type = "button";
    remove.append(element("span", ` ${file.name}`, "govuk-visually-hidden"));
    remove.addEventListener("click", () => {
      keep(chosen.filter((other) => other !== file));
      said.textContent = `${file.name} removed`;
      (list.querySelector("button") ?? input).focus();
    });
    item.append(element("span", `${file.name} (${about})`, large ? "drop__wrong" : ""), remove);
    return item;
  };

  input.before(place);
  place.append(element("p", "Drop files here, or choose them. They are sent only when you press the button below.", "drop__words"), input, list, said);
  input.addEventListener("change", () => add(input.files));
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => { event.preventDefault(); place.classList.add("drop--over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    place.addEventListener(name, (event) => { event.preventDefault(); place.classList.remove("drop--over"); });
  }
  place.addEventListener("drop", (event) => add(event.dataTransfer.files));
  // A file that misses the box must not replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
}
