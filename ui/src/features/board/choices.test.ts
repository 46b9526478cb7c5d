import { expect, test } from "vitest";
import { choicesFor } from "./choices";

test("people and labels are found without their accents", () => {
  const ana = { id: "m-1", name: "Zoë", role: "editor" as const, devices: [], me: false };
  const member = { ...ana, clock: null } as unknown as Parameters<typeof choicesFor>[3][number];
  const names = (field: "assignee" | "label", query: string) =>
    choicesFor(field, [], query, [member], ["Café"]).map(({ name }) => name);
  expect(names("assignee", "zoe")).toEqual(["Zoë"]);
  expect(names("label", "cafe")).toEqual(["Café", "cafe"]);
});
