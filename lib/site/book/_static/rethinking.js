// The figures that answer to the mouse load Plotly from here: once, and only on pages that have figures.
window.rethinkingPlotly = new URL("plotly.min.js", document.currentScript.src).href;
