/** Dialogs: opening, closing, the drawer of a page, and asking before what cannot be taken back. */
import { on } from "../lib/dom";
import { htmx } from "./htmx";

const dialog = (id: string): HTMLDialogElement | null => document.querySelector<HTMLDialogElement>(`dialog#${id}`);
const confirmed = new WeakSet<HTMLFormElement>();

on("click", "[data-dialog]", (_event, button) => dialog(button.dataset["dialog"] ?? "")?.showModal());
on("click", "[data-close-dialog]", (_event, button) => button.closest("dialog")?.close());
on("click", "dialog", (event, element) => {
  if (event.target === element) (element as HTMLDialogElement).close(); // its backdrop
});

/** A link with data-drawer shows its page's form beside the page; without a script it is a plain link. */
on("click", "a[data-drawer]", (event, link) => {
  const drawer = dialog("drawer");
  if (!drawer || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void htmx.ajax("GET", (link as HTMLAnchorElement).href, { target: "#drawer", swap: "innerHTML" }).then(() => drawer.showModal());
});

function fill(box: HTMLDialogElement, { confirm, confirmTitle, confirmButton, confirmTone }: DOMStringMap): void {
  const yes = box.querySelector<HTMLButtonElement>("[value=yes]");
  box.querySelector("h2")?.replaceChildren(confirmTitle ?? "Are you sure?");
  box.querySelector("p")?.replaceChildren(confirm ?? "");
  yes?.replaceChildren(confirmButton ?? "Go on");
  yes?.classList.toggle("btn-danger", confirmTone !== "primary");
  yes?.classList.toggle("btn-primary", confirmTone === "primary");
}

on(
  "submit",
  "form[data-confirm]",
  (event, element) => {
    const form = element as HTMLFormElement;
    const box = dialog("confirm");
    if (!box || confirmed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event as SubmitEvent;
    fill(box, form.dataset);
    box.returnValue = "no";
    box.addEventListener(
      "close",
      () => {
        if (box.returnValue !== "yes") return;
        confirmed.add(form);
        form.requestSubmit(submitter);
      },
      { once: true },
    );
    box.showModal();
  },
  { capture: true },
);
