/** Short words about what just happened: from the page, from `HX-Trigger: {"toast": {…}}`, and from our own scripts. */
import { iconAddress } from "../lib/icons";
import { on } from "../lib/dom";

export type Tone = "ok" | "bad" | "info";

const ICONS = { ok: { icon: "circle-check" }, bad: { icon: "alert-triangle" }, info: { icon: "info-circle" } } as const;
const STAYS = 6000;

function leaveLater(element: HTMLElement): void {
  if (element.dataset["tone"] === "bad") return; // bad news waits until somebody has read it
  setTimeout(() => element.remove(), STAYS);
}

export function toast(text: string, tone: Tone = "ok"): void {
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const element = template?.content.firstElementChild?.cloneNode(true);
  if (!(element instanceof HTMLElement)) return;
  element.dataset["tone"] = tone;
  element.querySelector("use")?.setAttribute("href", iconAddress(ICONS[tone].icon));
  element.querySelector(".ms-toast-words")?.append(text);
  document.querySelector("#toasts")?.append(element);
  leaveLater(element);
}

document.addEventListener("toast", (event) => {
  const { text, tone } = (event as CustomEvent<{ text: string; tone?: Tone }>).detail;
  toast(text, tone);
});
on("click", "[data-close-toast]", (_event, button) => button.closest(".ms-toast")?.remove());
for (const shown of document.querySelectorAll<HTMLElement>("#toasts > .ms-toast")) leaveLater(shown);
