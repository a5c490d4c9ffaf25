// Every preset opens to what its link says, with its card, and is drawn: pictures in target/screenshots, for eyes.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lab } from "./lab.mjs";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../../src/experiment/preset.rs");
const KEYS = [...readFileSync(SOURCE, "utf8").matchAll(/^ {4}preset\(\s*"([a-z0-9-]+)"/gm)].map((match) => match[1]);
const SIZES = [[1440, 900], [1024, 768], [390, 844]];

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

test("the list is read", () => assert.ok(KEYS.length > 20 && KEYS.includes("fig2"), KEYS.join(" ")));

KEYS.forEach((key, i) => {
  test(`p=${key} opens to the same state`, async () => {
    const scheme = i % 2 ? "dark" : "light";
    const tab = await lab.tab(`#v=1&p=${key}`, { size: SIZES[i % 3], scheme });
    await tab.untilStep(12);
    await tab.send("Pause");
    await tab.untilState("Paused");
    const state = await tab.state();
    assert.deepEqual(state.notices.filter((notice) => notice.startsWith("link ")), []);
    // What a script is told spells the experiment out; the address bar keeps the preset.
    await tab.until("the address", (key) => location.hash === `#v=1&p=${key}`, key, 10_000);
    await tab.page.waitForTimeout(300);
    await tab.screenshot(`preset-${key}`);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });
});
