// Starts the view.

import "./styles/index.css";
import { mount } from "svelte";
import App from "./app/App.svelte";
import { speak } from "./i18n";
import { connect } from "./ipc";
import { engineOver } from "./state/engine";

const target = document.getElementById("app");
if (target !== null) {
  const here = new URL(location.href);
  if (here.searchParams.get("words") === "pseudo") {
    const { pseudoWords } = await import("./i18n/pseudo");
    speak(pseudoWords());
  }
  const ipc = await connect(here);
  mount(App, { target, props: { engine: engineOver(ipc) } });
}
