// What can be done on a note, for the list of all keys: a door of its own, so that the list needs no view.

export { noteCommands } from "./commands";
