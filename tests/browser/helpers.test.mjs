// The helpers themselves: a comparison that cannot fail would prove nothing.

import { test } from "node:test";
import assert from "node:assert/strict";
import { bits, distanceAt, mean } from "./lab.mjs";

const series = () => ({
  arms: {
    wd: { loss: [2, 1], log10_lr: [-1, -1], log10_weight_norm: [0.5, 0.5], distance_to_wd: [] },
    exp: { loss: [2, 1], log10_lr: [-1, -0.9], log10_weight_norm: [0.5, 0.6], distance_to_wd: [[0, 0], [10, 1e-7]] },
  },
});

test("a series that differs in the last bit of one number is not the same series", () => {
  const changed = series();
  assert.equal(bits(series(), 2), bits(changed, 2));
  changed.arms.exp.loss[1] += Number.EPSILON;
  assert.notEqual(bits(series(), 2), bits(changed, 2));
  assert.equal(bits(series(), 1), bits(changed, 1), "the difference lies beyond the first step");
  const shorter = series();
  delete shorter.arms.exp;
  assert.notEqual(bits(series(), 2), bits(shorter, 2));
});

test("distances are read at their step, means are means", () => {
  assert.equal(distanceAt(series(), "exp", 9), 0);
  assert.equal(distanceAt(series(), "exp", 10), 1e-7);
  assert.equal(distanceAt(series(), "wd", 10), undefined);
  assert.equal(mean([1, 2, 6]), 3);
});
