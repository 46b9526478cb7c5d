// How far the work got, and what endangers it.

export { default as DeliveryWords } from "./DeliveryWords.svelte";
export { default as Notices } from "./Notices.svelte";
