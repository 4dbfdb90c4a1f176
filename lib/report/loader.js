// Puts the interactive figure in the place of its picture, where plotly.js is at hand on this very machine; else changes nothing.
(function () {
  "use strict";

  function source() {
    let url = window.rethinkingPlotly;
    if (!url) {
      const config = document.getElementById("jupyter-config-data");
      const base = (config && JSON.parse(config.textContent).baseUrl) || document.body.dataset.baseUrl;
      url = base && base.replace(/\/?$/, "/") + "static/plotly.min.js";
    }
    const full = url && new URL(url, document.baseURI);
    return full && full.protocol === location.protocol && full.host === location.host ? full.href : null;
  }

  function plotly() {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    window.rethinkingPlotlyLoading = window.rethinkingPlotlyLoading || new Promise(function (resolve, reject) {
      const url = source();
      if (!url) return reject(new Error("no plotly.js on this machine"));
      const script = document.createElement("script");
      script.src = url;
      script.onload = function () { window.Plotly ? resolve(window.Plotly) : reject(new Error(url + " is not plotly.js")); };
      script.onerror = function () { reject(new Error(url + " does not load")); };
      document.head.appendChild(script);
    });
    return window.rethinkingPlotlyLoading;
  }

  // The nearest picture before the figure in the output of the same cell.
  function pictureOf(root) {
    const outputs = root.closest(".jp-OutputArea, .cell_output, .output_wrapper") || root.parentElement;
    const before = Array.from(outputs.querySelectorAll("img")).filter(function (img) {
      return img.compareDocumentPosition(root) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    const img = before.pop();
    return img && (img.closest("a.image-reference") || img);
  }

  // The layout in the page's colours and letters, for the width there is.
  function themed(layout, place) {
    const style = getComputedStyle(place), narrow = place.clientWidth < 500;
    const font = { color: style.color, family: style.fontFamily, size: narrow ? 12 : 14 };
    const legend = Object.assign({}, layout.legend, { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" });
    if (legend.title) legend.title = Object.assign({}, legend.title, { side: narrow ? "top" : "left", font: font });
    return Object.assign({}, layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: font, legend: legend, margin: Object.assign({}, layout.margin, { t: 10 }),
      height: Math.round(Math.min(480, Math.max(360, place.clientWidth * 0.6))),
    });
  }

  function plainText(escaped) {
    const area = document.createElement("textarea");
    area.innerHTML = escaped;
    return area.value;
  }

  function start(root) {
    root.dataset.state = "waiting";
    plotly().then(function (Plotly) {
      const figure = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
      const picture = pictureOf(root);
      const place = document.createElement("div"), title = document.createElement("div"), plot = document.createElement("div");
      place.className = "rethinking-interactive";
      place.style.cssText = "width:100%;text-align:left";
      title.className = "rethinking-title";
      title.style.cssText = "font-weight:bold;margin:0 0 .3em";
      title.textContent = plainText(figure.layout.title.text.replace(/<br>/g, " "));
      place.append(title, plot);
      if (picture) picture.before(place); else root.append(place);
      const layout = Object.assign({}, figure.layout);
      delete layout.title; // it stands above, where it wraps
      let width = 0;
      function draw() {
        if (!place.clientWidth) return Promise.resolve();
        width = place.clientWidth;
        return Plotly.react(plot, figure.data, themed(layout, place), figure.config);
      }
      return draw().then(function () {
        if (picture) picture.style.display = "none";
        root.dataset.state = "drawn";
        watch(place, function () { return width; }, draw);
      }).catch(function (reason) { place.remove(); throw reason; });
    }).catch(function () { root.dataset.state = "picture"; });
  }

  // Draws again when the width changes, or the page goes from light to dark.
  function watch(place, width, draw) {
    const soon = function () { setTimeout(draw, 50); };
    const themes = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "data-jp-theme-name", "class"] };
    const observer = new MutationObserver(soon);
    observer.observe(document.documentElement, themes);
    observer.observe(document.body, themes);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
    new ResizeObserver(function () {
      if (place.clientWidth !== width()) requestAnimationFrame(draw);
    }).observe(place);
  }

  const own = document.currentScript && document.currentScript.closest(".rethinking-figure");
  if (own) start(own); else document.querySelectorAll(".rethinking-figure:not([data-state])").forEach(start);
})();
