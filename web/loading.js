// What trunk's loader reports about the download of the wasm, as a bar that is true.

const words = () => document.getElementById("loading-words");
const say = (sentence) => {
  const place = words();
  if (place) place.textContent = sentence;
};
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export default function loading() {
  return {
    onStart: () => say("Loading …"),

    onProgress: ({ current, total }) => {
      const bar = document.getElementById("loading-done");
      // The total may be that of the compressed file: then a fraction would pass 1, and megabytes are what is true.
      if (total > 0 && current <= total) {
        const percent = Math.floor((100 * current) / total);
        if (bar) bar.style.width = `${percent}%`;
        say(`Loading ${megabytes(total)} · ${percent} %`);
      } else {
        bar?.parentElement?.remove();
        say(`Loading · ${megabytes(current)}`);
      }
    },

    onComplete: () => say("Starting …"),

    onSuccess: () => {},

    onFailure: (error) => {
      say(
        `The page could not start: ${error?.message ?? error}. It needs WebAssembly with SIMD: Chrome or Edge 91, ` +
          "Firefox 89, Safari 16.4 or newer.",
      );
    },
  };
}
