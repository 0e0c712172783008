/** Keys: Ctrl+K anywhere; single letters only where nobody types, and only as long as they are wanted. */
import { isTyping } from "../lib/dom";
import { openPalette } from "./palette";

const PLACES: Record<string, string> = {
  h: "/",
  a: "/automations",
  c: "/contacts",
  i: "/inbox",
  p: "/processes",
  s: "/settings",
};
const OFF = "single-keys-off";
const PAUSE = 1200;
let went = 0;

const shortcuts = document.querySelector<HTMLDialogElement>("#shortcuts");
const single = shortcuts?.querySelector<HTMLInputElement>("[data-single-keys]");
if (single) {
  single.checked = !localStorage.getItem(OFF);
  single.addEventListener("change", () => (single.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

function afterG(key: string, now: number): boolean {
  const place = now - went < PAUSE ? PLACES[key] : undefined;
  if (place && shortcuts) location.assign(place);
  return Boolean(place);
}

function singleKey(event: KeyboardEvent): boolean {
  const now = performance.now();
  if (afterG(event.key, now)) return true;
  if (event.key === "g") went = now;
  const search = document.querySelector<HTMLInputElement>("[data-list-search]");
  if (event.key === "/" && search) search.focus();
  else if (event.key === "?" && shortcuts) shortcuts.showModal();
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    if (!document.querySelector("#palette")) return; // an editor has keys of its own
    openPalette();
    event.preventDefault();
    return;
  }
  const busy = event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]");
  if (!busy && !localStorage.getItem(OFF) && singleKey(event)) event.preventDefault();
});
