// Files of a document: what the editor needs of them. A picture shown large is loaded when it is asked for.

export { fileDoorOf } from "./door";
export type { Large } from "./door";
export { listenForDrops } from "./dropping";

export const lightbox = () => import("./Lightbox.svelte");
