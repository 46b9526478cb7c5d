// Puts pictures and files into a text as people do: by the clipboard, and by letting them go over it.

/** A drawn picture lies on the clipboard and is pasted where the caret is. */
export async function pastePicture(person, width, height, label = "Note text") {
  await person.page.evaluate(
    async ([across, down]) => {
      const canvas = new OffscreenCanvas(across, down);
      const context = canvas.getContext("2d");
      const sky = context.createLinearGradient(0, 0, 0, down);
      sky.addColorStop(0, "#35607a");
      sky.addColorStop(0.62, "#e9b98a");
      sky.addColorStop(0.63, "#2c4a5a");
      sky.addColorStop(1, "#172a35");
      context.fillStyle = sky;
      context.fillRect(0, 0, across, down);
      context.fillStyle = "#f6dcb4";
      context.arc(across * 0.68, down * 0.5, down * 0.07, 0, 7);
      context.fill();
      context.fillStyle = "#10202a";
      for (const [at, size] of [
        [0.18, 0.09],
        [0.32, 0.06],
        [0.44, 0.04],
      ]) {
        context.beginPath();
        context.moveTo(across * at, down * (0.66 - size * 2.4));
        context.lineTo(across * (at + size * 0.5), down * 0.66);
        context.lineTo(across * (at - size * 0.5), down * 0.66);
        context.fill();
      }
      const picture = await canvas.convertToBlob();
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    },
    [width, height],
  );
  await person.editor(label).focus();
  await person.press("Control+v");
}

/** A file is dragged in from outside and let go behind the last words of the text. */
export async function dropFile(person, path) {
  const line = person.editor().locator(".cm-line").last();
  await line.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await line.boundingBox();
  await dropFileAt(person, path, { x: x + width - 4, y: y + height / 2 });
}

/** A file let go over some place of the window. */
export async function dropFileAt(person, path, at) {
  const session = await person.page.context().newCDPSession(person.page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await session.detach();
}
