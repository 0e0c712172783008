/** The command palette: Ctrl+K, type, arrows, Enter. */
import { on, step } from "../lib/dom";
import { htmx } from "./htmx";

const box = document.querySelector<HTMLDialogElement>("#palette");
const input = box?.querySelector<HTMLInputElement>("input");

const options = (): HTMLElement[] => [...(box?.querySelectorAll<HTMLElement>("a[role=option]") ?? [])];
const chosen = (): HTMLElement | undefined => options().find((option) => option.getAttribute("aria-selected") === "true");

function choose(option: HTMLElement | undefined): void {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input?.setAttribute("aria-activedescendant", option.id);
  else input?.removeAttribute("aria-activedescendant");
}

export function openPalette(): void {
  if (!box || !input || box.open) return;
  input.value = "";
  box.showModal();
  htmx.trigger(input, "palette-open");
}

input?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    choose(step(options(), chosen() ?? null, event.key === "ArrowDown" ? 1 : -1));
    event.preventDefault();
  } else if (event.key === "Enter") {
    chosen()?.click();
    event.preventDefault();
  }
});
box?.addEventListener("htmx:after:swap", () => choose(options()[0]));
on("click", "[data-palette]", (event) => {
  if (!box || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openPalette();
});
