/** What renews itself: the feed keeps its length, and a page follows the sandbox clock when that has moved. */
import { on } from "../lib/dom";
import { htmx } from "./htmx";

function trim(list: HTMLElement): void {
  const keep = Number(list.dataset["keep"]);
  for (const old of [...list.children].slice(keep)) old.remove();
  list.parentElement?.querySelector(".ms-feed-empty")?.remove();
}

document.addEventListener("htmx:after:swap", () => {
  for (const list of document.querySelectorAll<HTMLElement>("[data-keep]")) if (list.children.length) trim(list);
});

const moving = (): boolean => document.querySelector("#clock [data-moving]") !== null;
let moved = moving();

/** Once the clock is at rest again, everything that was due has happened: show it. */
document.addEventListener("htmx:after:swap", () => {
  const rested = moved && !moving();
  moved = moving();
  if (!rested || !document.querySelector("main[data-live]")) return;
  void htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
});

on("click", "a[hx-push-url]", () => document.querySelector("details[data-menu][open]")?.removeAttribute("open"));

/** On a phone the settings' pages stand in one row: the present one is scrolled into view. */
document.querySelector(".ms-settings-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

/** While the instance is coming back, ask quietly and load the page when it answers. */
const again = document.querySelector<HTMLElement>("[data-look-again]");
if (again) {
  const seconds = Number(again.dataset["lookAgain"]) || 5;
  setInterval(() => {
    const back = (response: Response): void => (response.status === 503 ? undefined : location.reload());
    fetch(location.href).then(back, () => undefined);
  }, seconds * 1000);
}
