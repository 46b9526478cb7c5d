// The whole text in the page, for paper: on the screen only what is near is drawn, and a picture is read when it comes near.

import type { EditorView } from "@codemirror/view";
import { fileDoor } from "./files";

/** What the view does for paper by itself, once and in few passes; it has no public way to ask for it before. */
type Inside = { viewState: { printing: boolean }; measure(): void };

const MOST_PASSES = 100;
const PICTURE = /!\[[^\]]*\]\(<?skein:file\/([a-z0-9-]{1,64})/gi;

/** Draws all of it and reads its pictures, as far as they are here; resolves to the way back. */
export async function layOutForPaper(view: EditorView): Promise<() => void> {
  const inside = view as unknown as Inside;
  const { doc } = view.state;
  inside.viewState.printing = true;
  // How high a part is shows when it is drawn, and then how much more there is.
  for (let pass = 0; pass < MOST_PASSES && view.viewport.to < doc.length; pass++) inside.measure();
  const door = view.state.facet(fileDoor);
  const ids = new Set(Array.from(doc.toString().matchAll(PICTURE), ([, id = ""]) => id));
  const files = Array.from(ids, (id) => door?.find(id));
  const leases = files.flatMap((file) => (file?.state === "here" && door ? [door.show(file)] : []));
  await Promise.allSettled(leases.map(({ address }) => address));
  const images = view.contentDOM.querySelectorAll("img");
  await Promise.allSettled(Array.from(images, (image) => image.decode()));
  return () => {
    inside.viewState.printing = false;
    view.requestMeasure();
    for (const lease of leases) lease.release();
  };
}
