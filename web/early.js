// Runs before the wasm: says what is missing, and wires the buttons of the overlay, which must work when all else broke.
(() => {
  const say = (sentence) => {
    document.getElementById("loading-words").textContent = sentence;
    document.getElementById("loading-bar")?.remove();
  };
  const webgl2 = () => {
    try {
      return !!document.createElement("canvas").getContext("webgl2");
    } catch {
      return false;
    }
  };
  if (typeof WebAssembly !== "object") {
    say("This browser has no WebAssembly, with which the networks are trained. Any current browser has it.");
  } else if (!webgl2()) {
    say("This browser offers no WebGL 2, with which the page is drawn. Hardware acceleration may be switched off in its settings.");
  }
  // The drawing does not survive it, and nothing in the page would say so.
  document.getElementById("lab").addEventListener("webglcontextlost", () => {
    document.getElementById("panic-report").textContent =
      "The browser took away the WebGL context with which the page is drawn, as it does when a graphics driver " +
      `restarts. Reloading brings the page back with this experiment:\n${location.href}`;
    document.getElementById("panic").removeAttribute("hidden");
  });
  document.getElementById("panic-reload").addEventListener("click", () => location.reload());
  document.getElementById("panic-copy").addEventListener("click", async (event) => {
    const report = document.getElementById("panic-report");
    try {
      await navigator.clipboard.writeText(report.textContent);
      event.target.textContent = "Copied";
    } catch {
      // No clipboard here: select it, so that a key press copies it.
      getSelection().selectAllChildren(report);
    }
  });
})();
