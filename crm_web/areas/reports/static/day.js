// The day's chart: answered, abandoned and other visits as one bar, service level as a line.

import * as echarts from "/static/vendor/echarts/echarts.min.js";
import { find } from "/static/js/dom.js";
import { table, text } from "/static/js/texts.js";

const place = find("#chart");
const data = table("chart");

/** Colours come from the page's tokens, so that both themes are right. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    answered: of("--accent-solid"), abandoned: of("--danger-solid"), others: of("--line-ctl"),
    level: of("--ok-solid"), ink: of("--ink-2"), line: of("--line"), paper: of("--surface"),
  };
}

function options() {
  const c = colours();
  const bar = (name) => ({
    name: text(name), type: "bar", stack: "visits", data: data[name], itemStyle: { color: c[name] }, barMaxWidth: 28,
  });
  return {
    aria: { enabled: true },
    animation: false,
    textStyle: { color: c.ink, fontFamily: "inherit" },
    grid: { left: 48, right: 52, top: 40, bottom: 32 },
    legend: { top: 0, textStyle: { color: c.ink } },
    // The HTML tooltip carries style attributes, which the content policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: data.times, axisLabel: { color: c.ink }, axisLine: { lineStyle: { color: c.line } } },
    yAxis: [
      { type: "value", minInterval: 1, axisLabel: { color: c.ink }, splitLine: { lineStyle: { color: c.line } } },
      { type: "value", min: 0, max: 100, axisLabel: { color: c.ink, formatter: "{value}%" }, splitLine: { show: false } },
    ],
    series: [
      bar("answered"), bar("abandoned"), bar("others"),
      { name: text("level"), type: "line", yAxisIndex: 1, data: data.level, connectNulls: false, symbolSize: 6, itemStyle: { color: c.level }, lineStyle: { color: c.level } },
    ],
  };
}

if (place && data.times) {
  const chart = echarts.init(place, null, { renderer: "svg" });
  const draw = () => chart.setOption(options(), true);
  draw();
  new ResizeObserver(() => chart.resize()).observe(place);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
