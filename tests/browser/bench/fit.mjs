// Numbers of a benchmark: medians, ratios, straight lines. Pure.

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as long `other` took as `own`: the median over rounds that ran side by side. */
export function ratio(other, own) {
  const rounds = Math.min(other.length, own.length);
  return median(Array.from({ length: rounds }, (_, i) => other[i] / own[i]));
}

/**
 * The line a + b x that is nearest to the points in relative terms: it minimises Σ ((y − a − b x)/y)², so that small
 * points count as much as large ones. `departures` are y/(a + b x) − 1.
 */
export function line(points) {
  let [s, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / y ** 2;
    s += weight;
    sx += weight * x;
    sxx += weight * x * x;
    sy += weight * y;
    sxy += weight * x * y;
  }
  const slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  const offset = (sy - slope * sx) / s;
  return { offset, slope, departures: points.map(([x, y]) => y / (offset + slope * x) - 1) };
}

/** A sentence: the line, what a start costs before anything grows, and the point that is furthest from it. */
export function inWords(points, unit) {
  const { offset, slope, departures } = line(points);
  const worst = departures.reduce((at, d, i) => (Math.abs(d) > Math.abs(departures[at]) ? i : at), 0);
  const [x, y] = points[worst];
  const signed = `${departures[worst] < 0 ? "−" : "+"}${percent(Math.abs(departures[worst]))}`;
  const [first, last] = [points[0], points.at(-1)];
  const grown = `${short(last[0] / first[0])} times the ${unit}s take ${short(last[1] / first[1])} times as long`;
  // Any two points lie on a line.
  if (points.length < 3) return `${grown}.`;
  return `${short(offset)} + ${short(slope)} ms for each ${unit}; ${grown}. ` +
    `Furthest from the line: ${short(y)} ms at ${x}, ${signed}.`;
}

export const percent = (fraction) => `${(100 * fraction).toFixed(fraction < 0.095 ? 1 : 0)} %`;

/** Three digits that count; whole numbers from 100 on. */
export function short(x) {
  if (!Number.isFinite(x)) return "–";
  const digits = Math.abs(x) >= 100 ? 0 : Math.abs(x) >= 10 ? 1 : 2;
  return x.toFixed(digits).replace("-", "−");
}
