/** Forms: sent once, not twice; a select that saves by itself; the first error takes the focus. */
import { on } from "../lib/dom";

on("submit", "form", (event, form) => {
  const { submitter } = event as SubmitEvent;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || !(submitter instanceof HTMLButtonElement)) return;
  if (form.getAttribute("method") !== "post" || submitter.formAction.includes("export")) return;
  setTimeout(() => (submitter.disabled = true)); // after its value has been read
});

addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>("form button:disabled")) {
    if (!button.closest("fieldset[disabled]")) button.disabled = false; // back from the next page
  }
});

on("change", "form[data-submit-on-change]", (_event, form) => (form as HTMLFormElement).requestSubmit());

document.addEventListener("htmx:after:swap", () => {
  const open = document.querySelector<HTMLElement>("dialog[open] [aria-invalid=true]");
  open?.focus();
});
document.querySelector<HTMLElement>("main [aria-invalid=true]")?.focus();
