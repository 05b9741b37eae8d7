// One chart per figure; its numbers stand beside it as JSON and below it as a table.
const drawn = [];

// What was seen, today's point large, between two dashed lines; red where it is outside of them.
function banded(data, color) {
  const [seen, low, high] = data.series.map((one) => one.values);
  const isOut = (at) => seen[at] != null && ((low[at] != null && seen[at] < low[at]) || (high[at] != null && seen[at] > high[at]));
  const last = seen.length - 1;
  const points = seen.map((value, at) => ({
    value, symbolSize: at === last ? 13 : 5, itemStyle: isOut(at) ? { color: color("--failed") } : undefined,
  }));
  const edge = (number) => ({
    name: data.series[number].name, type: "line", data: data.series[number].values, showSymbol: false,
    lineStyle: { type: "dashed", width: 1.5, color: color("--c2") }, itemStyle: { color: color("--c2") },
  });
  return [{ name: data.series[0].name, type: "line", data: points, showSymbol: true, symbol: "circle", z: 3 }, edge(1), edge(2)];
}

function draw() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  for (const figure of document.querySelectorAll("figure.chart")) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const plot = figure.querySelector(".plot");
    echarts.getInstanceByDom(plot)?.dispose();
    const chart = echarts.init(plot, null, { renderer: "canvas" });
    const text = color("--quiet");
    chart.setOption({
      animation: false,
      color: ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"].map(color),
      textStyle: { color: text, fontFamily: "inherit" },
      grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, type: "scroll", textStyle: { color: text }, itemHeight: 8 },
      tooltip: {
        trigger: "axis", renderMode: "richText", backgroundColor: color("--card"),
        borderColor: color("--line"), textStyle: { color: color("--text") },
        valueFormatter: (value) => (value == null ? "–" : value.toLocaleString("en")),
      },
      xAxis: { type: "category", data: data.days, axisLine: { lineStyle: { color: color("--line") } }, axisLabel: { color: text } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: color("--line") } }, axisLabel: { color: text } },
      series: data.kind === "band" ? banded(data, color) : data.series.map((one) => ({
        name: one.name, type: data.kind, data: one.values, stack: data.kind === "bar" ? "all" : undefined,
        symbolSize: 5, showSymbol: data.days.length < 40, barMaxWidth: 22,
      })),
    });
    drawn.push(chart);
  }
}

addEventListener("resize", () => drawn.forEach((chart) => chart.isDisposed() || chart.resize()));
document.addEventListener("elt-theme", draw);
draw();
