// Files of the workspace as the view handles them: what they are, keeping them, reading them, showing pictures.

export { BUNDLE_ENDING, endingOf, kindOf, mimeOf, pictureType, shownName } from "./kinds";
export type { FileKind } from "./kinds";
export { Pictures } from "./pictures";
export type { Lease } from "./pictures";
export {
  fileSource,
  fromBase64,
  keepFile,
  LARGEST,
  pictureName,
  readFile,
  readSlices,
  SLICE,
  sliceOf,
  sourceOf,
} from "./slices";
export type { FileSource } from "./slices";
