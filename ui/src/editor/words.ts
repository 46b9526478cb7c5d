// What the editor says in words.

export const words = {
  taskDone: "Done",
  taskOpen: "To do",
  lineLost:
    "Skein does not answer just now. What you typed is kept here and will be saved as soon as it does.",
  slow: "Saving takes longer than usual. What you typed is kept here.",
  refused: "What you typed is kept here; saving is tried again.",
  gone: "This text is no longer in the workspace. What you typed is kept here for you to copy.",
} as const;
