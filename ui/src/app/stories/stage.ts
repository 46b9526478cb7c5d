// The whole window on a pretended engine, for tests that look at it as a person does.

import axe from "axe-core";
import { mount, unmount } from "svelte";
import { page } from "vitest/browser";
import "../../styles/index.css";
import { Connection } from "../../ipc/connection";
import type { FakeEngine } from "../../ipc/fake";
import { engineOver } from "../../state/engine";
import App from "../App.svelte";
import { later } from "../later";

/** What is loaded later is compiled on its first use, which takes its time on a busy machine. */
export async function loadAll(): Promise<void> {
  await Promise.all(Object.values(later).map((load) => load()));
}

let shown: Record<string, unknown> | null = null;

/** Opens the window at an address, wide and with nothing chosen. */
export async function open(fake: FakeEngine, hash = "#/"): Promise<void> {
  localStorage.clear();
  await page.viewport(1280, 800);
  location.hash = hash;
  const target = document.createElement("div");
  target.id = "app";
  document.body.append(target);
  shown = mount(App, { target, props: { engine: engineOver(new Connection(fake)) } });
}

export async function close(): Promise<void> {
  if (shown !== null) await unmount(shown);
  shown = null;
  document.getElementById("app")?.remove();
}

const RULES = { region: { enabled: false }, "page-has-heading-one": { enabled: false } };

/** What breaks a rule of accessibility now. */
export async function faults(only: string[] = []): Promise<string[]> {
  await stillness();
  const { violations } = await axe.run(document.body, {
    ...(only.length > 0 ? { runOnly: only } : { rules: RULES }),
    resultTypes: ["violations"],
  });
  return violations.map(
    (found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
}

/** What fades in has no colour to judge yet. */
async function stillness(): Promise<void> {
  await new Promise((done) => requestAnimationFrame(done));
  const moving = document.getAnimations().filter(endsSoon);
  await Promise.all(moving.map((one) => one.finished.catch(() => undefined)));
}

function endsSoon({ playState, effect }: Animation): boolean {
  return playState === "running" && effect?.getComputedTiming().endTime !== Infinity;
}
