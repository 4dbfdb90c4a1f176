// The figures that answer to the mouse load Plotly from here: once, and only on pages that have figures.
window.rethinkingPlotly = new URL("plotly.min.js", document.currentScript.src).href;

// Claims can be chosen by paper, verdict and page: a list for each, made here because without scripts it would do nothing. What is chosen stands in the
// address, so that it can be passed on.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".rethinking-choice");
  if (!place) return;
  const rows = [...document.querySelectorAll(".rethinking-claims tbody tr")];
  const said = Object.assign(document.createElement("p"), { className: "rethinking-chosen" });
  said.setAttribute("role", "status");
  const asked = new URLSearchParams(location.search);
  const lists = ["paper", "verdict", "page"].map((field) => {
    const list = document.createElement("select");
    list.name = field;
    list.append(new Option("all", ""), ...[...new Set(rows.map((row) => row.dataset[field]))].map((value) => new Option(value, value)));
    for (const option of list.options) if (option.value === asked.get(field)) list.value = option.value;
    const label = document.createElement("label");
    label.append(field + " ", list);
    place.append(label);
    return list;
  });
  place.append(said);
  const choose = () => {
    const meets = (row) => lists.every((list) => !list.value || row.dataset[list.name] === list.value);
    rows.forEach((row) => { row.hidden = !meets(row); });
    said.textContent = rows.filter(meets).length + " of " + rows.length + " claims";
    const chosen = lists.filter((list) => list.value).map((list) => [list.name, list.value]);
    const query = new URLSearchParams(chosen).toString();
    try { history.replaceState(null, "", location.pathname + (query && "?" + query) + location.hash); } catch { /* of a file, some browsers refuse */ }
  };
  place.addEventListener("change", choose);
  choose();
});
