/** The inbox: the mail that was opened is marked in the list; on a phone it takes the place of the list. */
import { on } from "../lib/dom";

on("click", "[data-mail]", (_event, row) => {
  document.querySelector("[data-mail][aria-current]")?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.removeAttribute("data-new");
  row.closest(".ms-mail")?.setAttribute("data-reading", "");
});
