// "Cost of growth" as an SVG that reads on light and on dark paper. Pure.

import { line, short } from "./fit.mjs";

const [WIDTH, HEIGHT] = [900, 330];
const PANEL = { width: 230, height: 190, top: 56, left: 56, gap: 56 };

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #67676d; }
  .title { font-weight: 600; font-size: 13px; fill: #1b1b1f; }
  .axis { stroke: #b9b9b4; fill: none; }
  .even { stroke: #a5a5a0; stroke-dasharray: 2 4; fill: none; }
  .fit { stroke-width: 1.5; fill: none; opacity: 0.75; }
  .s0 { --c: #0072b2; } .s1 { --c: #c46f00; } .s2 { --c: #007a5a; }
  .fit { stroke: var(--c); } circle, .mark { fill: var(--c); } .name { fill: var(--c); }
  @media (prefers-color-scheme: dark) {
    text { fill: #9b9ba3; } .title { fill: #ececee; } .axis { stroke: #55565e; } .even { stroke: #6b6c75; }
    .s0 { --c: #56b4e9; } .s1 { --c: #eba33a; } .s2 { --c: #4fc3a1; }
  }`;

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const at = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A round number a little above x. */
function ceiling(x) {
  const unit = 10 ** Math.floor(Math.log10(x));
  return unit * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= x);
}

/**
 * One panel: `series` are `{name, points: [[x, ms], …]}`, drawn as multiples of their first point, with their lines; the
 * dotted line is exact proportion.
 */
function panel({ title, unit, series }, index) {
  const { width, height, top, left, gap } = PANEL;
  const x0 = left + index * (width + gap);
  const xs = series[0].points.map(([x]) => x);
  const [first, last] = [xs[0], xs.at(-1)];
  const most = ceiling(1.02 * Math.max(last / first, ...series.flatMap((s) => s.points.map(([, y]) => y / s.points[0][1]))));
  const X = (x) => x0 + (width * x) / last;
  const Y = (y) => top + height * (1 - y / most);
  const parts = [
    `<text class="title" x="${x0}" y="${top - 30}">${escaped(title)}</text>`,
    `<text x="${x0}" y="${top - 13}">time of a step ÷ that at ${first}</text>`,
    `<path class="axis" d="M${x0} ${top}V${top + height}H${x0 + width}"/>`,
    `<path class="even" d="M${at(X(0), Y(0))}L${at(X(last), Y(last / first))}"/>`,
  ];
  for (const tick of [0, most / 2, most]) {
    parts.push(`<text x="${x0 - 7}" y="${Y(tick) + 4}" text-anchor="end">${+tick.toFixed(2)}</text>`);
  }
  let labelled = -Infinity;
  for (const x of xs) {
    parts.push(`<path class="axis" d="M${at(X(x), top + height)}v4"/>`);
    if (X(x) - labelled < 20) continue;
    labelled = X(x);
    parts.push(`<text x="${X(x)}" y="${top + height + 18}" text-anchor="middle">${x}</text>`);
  }
  parts.push(`<text x="${x0 + width / 2}" y="${top + height + 36}" text-anchor="middle">${escaped(unit)}s</text>`);
  series.forEach(({ points }, s) => {
    const base = points[0][1];
    const { offset, slope } = line(points);
    const on = (x) => at(X(x), Y(Math.max(0, offset + slope * x) / base));
    parts.push(`<g class="s${s}"><path class="fit" d="M${on(first)}L${on(last)}"/>`);
    for (const [x, y] of points) {
      parts.push(`<circle cx="${X(x).toFixed(1)}" cy="${Y(y / base).toFixed(1)}" r="3.5"><title>${x}: ${short(y)} ms</title></circle>`);
    }
    parts.push("</g>");
  });
  return parts.join("\n");
}

/** The whole figure; `panels` are `{title, unit, series}`, at most three. All have the same series. */
export function figure(panels) {
  const legend = panels[0].series.map(({ name }, s) => {
    const x = PANEL.left + s * 270;
    return `<g class="s${s}"><circle cx="${x + 4}" cy="${HEIGHT - 12}" r="4"/><text class="name" x="${x + 14}" y="${HEIGHT - 8}">${escaped(name)}</text></g>`;
  });
  const dots = `<path class="even" d="M${WIDTH - 190} ${HEIGHT - 12}h30"/><text x="${WIDTH - 154}" y="${HEIGHT - 8}">in exact proportion</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Time of a training step against arms, batch and depth">
<style>${STYLE}
</style>
${panels.map(panel).join("\n")}
${legend.join("\n")}
${dots}
</svg>
`;
}
