// Before the first frame: the look and the widths that were chosen, so that nothing flashes or moves. Runs by itself, ahead of the app.

(() => {
  const root = document.documentElement;
  const workspace = new URLSearchParams(location.search).get("workspace") ?? "first";
  const own = workspace === "first" ? "" : `${workspace}.`;
  const chosen = (key, fallback) => {
    try {
      return JSON.parse(localStorage.getItem(`skein.preference.${own}${key}`)) ?? fallback;
    } catch {
      return fallback;
    }
  };
  const theme = chosen("theme", "system");
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = theme === "dark" || (theme !== "light" && systemIsDark) ? "dark" : "light";
  root.toggleAttribute("data-contrast", theme === "contrast");
  root.dataset.density = chosen("density", "comfortable");
  root.dataset.textSize = chosen("text-size", "normal");
  const scales = { small: 0.9, large: 1.15, largest: 1.3 };
  root.style.setProperty("--scale", String(scales[root.dataset.textSize] ?? 1));
  const sidebar = innerWidth >= 900 && chosen("sidebar.open", true) === true;
  // Who was never inside begins with the first run, which has no sidebar.
  if (sidebar && chosen("sidebar.width", null) !== null) {
    root.style.setProperty("--sidebar", `${Number(chosen("sidebar.width", 248))}px`);
    root.dataset.shell = "";
  }
})();
