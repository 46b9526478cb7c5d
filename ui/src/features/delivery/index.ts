// How far the work got, and what endangers it.

export { default as DeliveryButton } from "./DeliveryButton.svelte";
export { default as Notices } from "./Notices.svelte";
export { standingOf, standingWords } from "./standing";
