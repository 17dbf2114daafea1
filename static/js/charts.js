// Every chart is a drawing with its figures in a table beside it. A button under the drawing swaps it for one
// whose figures can be read by pointing at them. The library for that is large, so it is fetched only then.

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true };
const WORDS = { still: "Make this chart interactive", live: "Show the picture again" };
const FAILED = "The interactive chart could not be loaded. The picture and the table show the same figures.";
const RANGES = [["All months", 0], ["Last 24 months", 24], ["Last 12 months", 12]];

let library;

const plotly = (address) => {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      library = undefined; // the next press tries again
      script.remove();
      reject(new Error(`${address} did not load`));
    });
    document.head.append(script);
  });
  return library;
};

const figureOf = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
};

const element = (tag, className, words = "") =>
  Object.assign(document.createElement(tag), { className, textContent: words });

/** The places under a drawing: for the live chart, for its ranges and for what is said of it. Made once. */
const placesOf = (button) => {
  const picture = button.closest(".figure__picture");
  let live = picture.querySelector(".figure__live");
  if (!live) {
    live = element("div", "figure__live");
    live.setAttribute("role", "group");
    live.setAttribute("aria-label", `Interactive chart: ${picture.closest(".figure").querySelector(".figure__headline").textContent}`);
    const said = element("p", "figure__said");
    said.setAttribute("role", "status");
    picture.querySelector(".figure__drawing").after(live);
    picture.append(said);
  }
  return { picture, live, said: picture.querySelector(".figure__said") };
};

/** Buttons that show fewer months, for charts of more than two years: pointing and dragging need a mouse. */
const rangesFor = (Plotly, chart, data, layout) => {
  const months = [...new Set(data.flatMap(({ x }) => x ?? []))].sort();
  if (layout.xaxis?.type !== "date" || layout.grid || months.length <= 24) return null;
  const ranges = element("div", "figure__ranges");
  ranges.setAttribute("role", "group");
  ranges.setAttribute("aria-label", "Months shown");
  for (const [words, count] of RANGES) {
    const button = element("button", "figure__range", words);
    button.type = "button";
    button.setAttribute("aria-pressed", String(!count));
    button.addEventListener("click", () => {
      for (const other of ranges.children) other.setAttribute("aria-pressed", String(other === button));
      Plotly.relayout(chart, count ? { "xaxis.range": [months.at(-count), months.at(-1)] } : { "xaxis.autorange": true });
    });
    ranges.append(button);
  }
  return ranges;
};

const show = async (button, { picture, live, said }) => {
  button.setAttribute("aria-disabled", "true");
  said.textContent = "Loading the interactive chart";
  try {
    const [Plotly, { data, layout }] = await Promise.all([plotly(button.dataset.plotly), figureOf(button.dataset.chartUrl)]);
    const chart = element("div", "figure__chart");
    live.replaceChildren(chart);
    picture.classList.add("figure__picture--live"); // plotly.js measures the box that it draws in
    // With a finger, dragging must go on scrolling the page.
    const drag = layout.xaxis?.type === "date" && matchMedia("(pointer: fine)").matches ? "zoom" : false;
    await Plotly.newPlot(chart, data, { height: 420, ...layout, dragmode: drag }, CONFIG);
    const ranges = rangesFor(Plotly, chart, data, layout);
    if (ranges) live.prepend(ranges);
    said.textContent = "The chart is interactive: point at it to read its figures.";
    button.querySelector(".figure__interactive-words").textContent = WORDS.live;
  } catch (error) {
    back(button, { picture, live, said });
    said.textContent = FAILED;
    console.error(error);
  }
  button.removeAttribute("aria-disabled");
};

const back = (button, { picture, live, said }) => {
  picture.classList.remove("figure__picture--live");
  if (live.querySelector(".js-plotly-plot")) window.Plotly.purge(live.querySelector(".figure__chart"));
  live.replaceChildren();
  said.textContent = "";
  button.querySelector(".figure__interactive-words").textContent = WORDS.still;
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-chart-url]");
  if (!button || button.getAttribute("aria-disabled")) return;
  const places = placesOf(button);
  if (places.picture.classList.contains("figure__picture--live")) back(button, places);
  else show(button, places);
});

// Without this file the buttons could do nothing, so they are hidden until it is here.
const offer = (part) => {
  for (const button of part.querySelectorAll("button[data-chart-url]")) button.hidden = false;
};
offer(document);
document.addEventListener("htmx:afterSettle", ({ target }) => offer(target));
