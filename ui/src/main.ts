// Starts the view.

import "./styles/index.css";
import { mount } from "svelte";
import App from "./app/App.svelte";
import { connect } from "./ipc";
import { engineOver } from "./state/engine";

const target = document.getElementById("app");
if (target !== null) {
  const ipc = await connect(new URL(location.href));
  mount(App, { target, props: { engine: engineOver(ipc) } });
}
