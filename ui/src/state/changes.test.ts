import { expect, test } from "vitest";
import { Connection } from "../ipc/connection";
import { FakeEngine } from "../ipc/fake";
import { Changes, TREE } from "./changes";
import { Toasts } from "./toasts.svelte";

function setUp() {
  const fake = new FakeEngine();
  const toasts = new Toasts();
  const ipc = new Connection(fake);
  const changes = new Changes(ipc, toasts);
  const title = () => fake.documents.get("n-welcome")?.title.value;
  const rename = (to: string, toast = false) =>
    changes.run(
      { type: "edit_note", document: "n-welcome", edit: { type: "rename", title: to } },
      { scope: TREE, words: `Renamed to ${to}`, toast },
    );
  return { fake, ipc, toasts, changes, title, rename };
}

test("undo and redo walk through my changes, the newest first", async () => {
  const { changes, title, rename } = setUp();
  await rename("One");
  await rename("Two");
  await changes.undo(TREE);
  expect(title()).toBe("One");
  await changes.undo(TREE);
  expect(title()).toBe("Start here");
  await changes.redo(TREE);
  expect(title()).toBe("One");
  await rename("Three");
  await changes.redo(TREE);
  expect(title()).toBe("Three");
});

test("a toast takes back its own change, even when others came after it", async () => {
  const { toasts, changes, title, rename } = setUp();
  await rename("One", true);
  toasts.shown[0]?.action?.run();
  await expect.poll(title).toBe("Start here");
  await changes.undo(TREE);
  expect(toasts.shown.at(-1)?.words).toBe("Nothing to undo.");
});

test("several edits of one step are taken back and done again together", async () => {
  const { fake, changes } = setUp();
  const trash = (document: string) =>
    ({ type: "edit_note", document, edit: { type: "trash" } }) as const;
  await changes.runAll([trash("n-pricing"), trash("n-welcome")], { scope: TREE, words: "Both" });
  const lives = () => ["n-pricing", "n-welcome"].map((id) => fake.documents.get(id)?.life);
  expect(lives()).toEqual(["trashed", "trashed"]);
  await changes.undo(TREE);
  expect(lives()).toEqual(["alive", "alive"]);
  await changes.redo(TREE);
  expect(lives()).toEqual(["trashed", "trashed"]);
});

test("one scope's undo leaves another's alone", async () => {
  const { changes, title, rename } = setUp();
  await rename("One");
  await changes.undo("b-launch");
  expect(title()).toBe("One");
});

test("undo right behind a change waits for its answer and takes that one back", async () => {
  const { changes, title, rename } = setUp();
  await rename("One");
  const second = rename("Two");
  await changes.undo(TREE);
  await second;
  expect(title()).toBe("One");
});

test("what was made is the newest step as soon as it is asked for, and comes back from the trash", async () => {
  const { fake, ipc, changes, title, rename } = setUp();
  await rename("One");
  let made = "";
  const make = async () => {
    const wanted = { title: "New", text: null, parent: null, after: null };
    made = (await ipc.request({ type: "create_note", ...wanted })).id;
    return [{ type: "edit_note", document: made, edit: { type: "trash" } } as const];
  };
  const making = changes.make(make, { scope: TREE, words: "Made New" });
  await changes.undo(TREE);
  expect(await making).toBe(true);
  const life = () => fake.documents.get(made)?.life;
  expect([life(), title()]).toEqual(["trashed", "One"]);
  await changes.redo(TREE);
  expect(life()).toBe("alive");
  await changes.undo(TREE);
  await changes.undo(TREE);
  expect([life(), title()]).toEqual(["trashed", "Start here"]);
});

test("what could not be made is told and is nothing to undo", async () => {
  const { toasts, changes } = setUp();
  const make = () => Promise.reject(new Error("no"));
  expect(await changes.make(make, { scope: TREE, words: "" })).toBe(false);
  expect(toasts.shown.map((toast) => toast.tone)).toEqual(["bad"]);
  await changes.undo(TREE);
  expect(toasts.shown.at(-1)?.words).toBe("Nothing to undo.");
});

test("of two scopes the newest step goes first, and comes again first", async () => {
  const { fake, changes, title, rename } = setUp();
  const board = () => fake.documents.get("b-launch")?.title.value;
  const name = board();
  const edit = { type: "rename", title: "Take-off" } as const;
  await changes.run(
    { type: "edit_board", document: "b-launch", edit },
    { scope: "b-launch", words: "Renamed the board" },
  );
  await rename("One");
  await changes.undo("b-launch", TREE);
  expect([board(), title()]).toEqual(["Take-off", "Start here"]);
  await changes.undo("b-launch", TREE);
  expect([board(), title()]).toEqual([name, "Start here"]);
  await changes.redo("b-launch", TREE);
  expect([board(), title()]).toEqual(["Take-off", "Start here"]);
  await changes.redo("b-launch", TREE);
  expect([board(), title()]).toEqual(["Take-off", "One"]);
});

test("a refused change is told with its hint and is nothing to undo", async () => {
  const { toasts, changes } = setUp();
  const done = await changes.run(
    { type: "edit_note", document: "nowhere", edit: { type: "trash" } },
    { scope: TREE, words: "" },
  );
  expect(done).toBe(false);
  expect(toasts.shown.map((toast) => toast.tone)).toEqual(["bad"]);
  await changes.undo(TREE);
  expect(toasts.shown.at(-1)?.words).toBe("Nothing to undo.");
});
