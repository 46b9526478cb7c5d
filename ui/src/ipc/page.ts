// Which of the profile's workspaces the page shows: its address names it.

/** The workspace in the profile's own folder. */
export const FIRST = "first";

export function workspaceOf(page: URL): string {
  return page.searchParams.get("workspace") ?? FIRST;
}

export function workspaceHere(): string {
  return workspaceOf(new URL(location.href));
}
