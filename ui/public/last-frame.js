// What the window showed last stands there again before the app has started: a picture, until the app stands in its place.

(() => {
  const kept = window.skeinLastFrame;
  delete window.skeinLastFrame;
  // An address means that the page is loaded again, and that something else may stand there now.
  if (typeof kept?.html !== "string" || location.hash !== "") return;
  const picture = document.createElement("div");
  picture.id = "last-frame";
  picture.inert = true;
  picture.setAttribute("aria-hidden", "true");
  // In a shadow it has its own styles and ids, and nobody finds it who looks for the app.
  const shadow = picture.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = String(kept.css);
  const root = document.createElement("div");
  root.className = "root";
  root.style.blockSize = "100%";
  Object.assign(root.dataset, document.documentElement.dataset);
  root.style.setProperty("--scale", document.documentElement.style.getPropertyValue("--scale"));
  root.innerHTML = kept.html;
  shadow.append(style, root);
  document.body.append(picture);
  for (const scroller of root.querySelectorAll("[data-scrolled]")) {
    scroller.scrollTop = Number(scroller.dataset.scrolled);
  }
  // Whatever the app has to say is not hidden for long.
  setTimeout(() => picture.remove(), 5_000);
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      performance.mark("last frame shown");
    };
    port2.postMessage(null);
  });
})();
