// What `cargo xtask bench` measures of our own engines in the page. Steps are few where a software GPU is slow.

const point = (engine, net, batch, arms, steps) => ({ engine, net, batch, arms, steps });

/** Groups of points that are measured side by side, round by round. */
export function groups(quick) {
  const steps = { cpu: quick ? 10 : 30, gpu: quick ? 1 : 5 };
  const both = (list) => ["cpu", "gpu"].map((engine) => list(engine, steps[engine]));
  const arms = (net, batch, counts) => both((engine, n) =>
    counts.map((count) => point(engine, net, batch, count, net === "N0" ? n : Math.max(1, n >> 2))));
  const name = (key, lists) => lists.map((points, i) => ({ key, engine: ["cpu", "gpu"][i], points }));
  const batches = quick ? [16, 64, 256] : [16, 32, 64, 128, 256];
  const nets = quick ? ["N2", "P20"] : ["N2", "P20", "P32"];
  return [
    ...name("arms", arms("N0", 32, quick ? [1, 2, 4, 8] : [1, 2, 3, 4, 6, 8])),
    ...(quick ? [] : name("arms-n1", arms("N1", 64, [1, 2, 4]))),
    ...name("batch", both((engine, n) => batches.map((batch) => point(engine, "N0", batch, 1, n)))),
    ...name("depth", both((engine, n) => nets.map((net) => point(engine, net, 8, 1, Math.max(1, n >> 3))))),
  ];
}

/** Layers of the PreResNets. */
export const DEPTHS = { N2: 8, P20: 20, P32: 32 };
