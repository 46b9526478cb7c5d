// Files that are held or let go over the desktop's window, as the shell tells of them.

import { readDropped, watchDrops } from "../../ipc/shellFiles";
import type { DroppedFile } from "../../ipc/shellFiles";
import type { FileSource } from "../../state/files";

type Point = { x: number; y: number };
type Drop = (point: Point, sources: FileSource[], hasFolders: boolean) => void;

const sourceOf = (file: DroppedFile): FileSource => ({
  name: file.name,
  mime: "",
  size: file.size,
  slice: (from, to) => readDropped(file, from, to),
});

/** Says from now on what was let go where; the page itself is told of what is only held, as a browser would. */
export async function listenToDrops(drop: Drop): Promise<void> {
  const hold = holder();
  await watchDrops((held) => {
    if (held.type !== "dropped") return hold(held.type === "over" ? held : null);
    const { x, y, files, folders } = held.what;
    drop({ x, y }, files.map(sourceOf), folders > 0);
  });
}

/** A text shows the place for what is held over it when it hears of that. */
function holder(): (point: Point | null) => void {
  let under: Element | null = null;
  return (point) => {
    const now = point && document.elementFromPoint(point.x, point.y);
    if (under !== now) {
      under?.dispatchEvent(new MouseEvent("dragleave", { bubbles: true, relatedTarget: now }));
    }
    under = now;
    if (point === null) return;
    const at = { bubbles: true, cancelable: true, clientX: point.x, clientY: point.y };
    now?.dispatchEvent(new MouseEvent("dragover", at));
  };
}
