// Runs before the first paint: colour scheme and language, so that nothing flashes. A file, since the policy forbids inline scripts.
(() => {
  const root = document.documentElement;
  let scheme = null;
  let language = null;
  try {
    scheme = localStorage.getItem("trivium.scheme");
    language = localStorage.getItem("trivium.language");
  } catch {
    // Storage may be forbidden; the system's wishes hold then.
  }
  const dark = scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  root.lang = language ?? (navigator.language.toLowerCase().startsWith("de") ? "de" : "en");
})();
