// What can be done on any document, for the list of all keys: a door of its own, so that the list needs no view.

export { documentCommands } from "./commands";
