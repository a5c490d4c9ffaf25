// The page at three sizes, light and dark, with some steps done: written to target/screenshots, for eyes.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab } from "./lab.mjs";

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

const SIZES = [[1440, 900], [1024, 768], [390, 844]];
const VIEWS = { "": "", "-side": "&view=side" };

for (const size of SIZES) {
  for (const scheme of ["light", "dark"]) for (const [ending, view] of Object.entries(VIEWS)) {
    if (view && scheme === "dark") continue;
    const name = `${size.join("x")}-${scheme}${ending}`;
    test(`${name} is drawn and fits`, async () => {
      const tab = await lab.tab(`#v=1&engine=cpu&n=60${view}`, { size, scheme });
      await tab.untilState("Finished");
      const [width, height] = await tab.page.evaluate(() => {
        const box = document.querySelector("canvas").getBoundingClientRect();
        return [box.width, box.height];
      });
      assert.deepEqual([Math.round(width), Math.round(height)], size, "the canvas fills the window");
      const scrolls = await tab.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(scrolls, false, "nothing hangs out at the side");
      // Drawing goes on for a frame after the last event.
      await tab.page.waitForTimeout(500);
      const picture = await tab.screenshot(name);
      const colours = await tab.page.evaluate(countColours, `data:image/png;base64,${picture.toString("base64")}`);
      assert.ok(colours.distinct > 50, `only ${colours.distinct} colours: nothing is drawn`);
      assert.ok(scheme === "dark" ? colours.lightness < 100 : colours.lightness > 180, `lightness ${colours.lightness}`);
      assert.deepEqual(tab.errors, []);
      await tab.close();
    });
  }
}

/** In the page: how many colours a picture has, and its mean lightness, 0 to 255. */
async function countColours(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const seen = new Set();
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
  }
  return { distinct: seen.size, lightness: sum / (data.length / 4) };
}
