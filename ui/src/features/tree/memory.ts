// Which branches stand open: a habit of this window, not data of the workspace.

const KEY = "skein.tree.open";
const MOST = 500;

export function remembered(): string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(known) ? known.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function remember(open: Iterable<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...open].slice(-MOST)));
  } catch {
    // Without storage the branches are closed next time.
  }
}
