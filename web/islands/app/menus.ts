/** Menus are <details data-menu>: they open without us; here they close by themselves and take arrow keys. */
import { on, step } from "../lib/dom";

const OPEN = "details[data-menu][open]";

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(".ms-menu-item, .ms-nav-link")].filter((item) => item.offsetParent !== null);
}

function close(menu: Element): void {
  menu.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    const inside = event.target instanceof Node && menu.contains(event.target);
    const chose = event.target instanceof Element && event.target.closest("a, button[type=button].ms-menu-item");
    const covered = event.target === menu.querySelector("summary") || menu.querySelector("summary")?.contains(event.target as Node);
    if (!inside || (chose && !covered)) close(menu);
  }
});

on("submit", OPEN, (_event, menu) => {
  if (!menu.closest("#clock")) setTimeout(() => close(menu));
});

on("keydown", OPEN, (event, menu) => {
  const summary = menu.querySelector("summary");
  if (event.key === "Escape") {
    close(menu);
    summary?.focus();
    event.stopPropagation();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = step(items(menu), document.activeElement, event.key === "ArrowDown" ? 1 : -1);
    if (!next || (event.target instanceof Element && event.target.matches("textarea, select"))) return;
    next.focus();
    event.preventDefault();
  }
});
