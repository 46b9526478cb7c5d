// Starts the view.

import "./styles/index.css";
import { mount } from "svelte";
import App from "./app/App.svelte";
import { speak } from "./i18n";
import { loadEditor } from "./features/text";
import { connect } from "./ipc";
import { engineOver } from "./state/engine";
import { wasInNote } from "./state/lastPlace";

const target = document.getElementById("app");
if (target !== null) {
  const here = new URL(location.href);
  // Whoever was in a note will be there again: its editor comes while the engine is being reached.
  if (wasInNote() || location.hash.startsWith("#/note/")) loadEditor().catch(() => undefined);
  if (here.searchParams.get("words") === "pseudo") {
    const { pseudoWords } = await import("./i18n/pseudo");
    speak(pseudoWords());
  }
  const ipc = await connect(here);
  mount(App, { target, props: { engine: engineOver(ipc) } });
}
