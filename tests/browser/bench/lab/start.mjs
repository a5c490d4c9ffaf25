// How long a first visit waits. Each round has a profile of its own, so nothing is cached; the host is local and sends files
// as they are.

import { Lab } from "../../lab.mjs";

/** Milliseconds until the loading card is seen and until the first step is plotted, a number a round. */
export async function start({ rounds }) {
  const lab = await Lab.open();
  const [shell, step] = [[], []];
  for (let i = 0; i < rounds; i++) {
    const context = await lab.browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    // Looks before every frame; a step that is known then is drawn in that frame, and the next one begins after it.
    await page.addInitScript(() => {
      const look = () => {
        if (window.explr?.state()?.step >= 1) requestAnimationFrame(() => (window.firstStep = performance.now()));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(lab.url);
    await page.waitForFunction(() => window.firstStep, null, { timeout: 120_000 });
    const seen = await page.evaluate(() => ({
      shell: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
      step: window.firstStep,
    }));
    shell.push(seen.shell);
    step.push(seen.step);
    await context.close();
  }
  await lab.close();
  return { shell, step };
}
