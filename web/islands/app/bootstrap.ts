/** Bootstrap's own components, for plug-ins whose templates use them: loaded only when a page holds one. */
const PARTS: Record<string, () => Promise<unknown>> = {
  collapse: () => import("bootstrap/js/src/collapse"),
  dropdown: () => import("bootstrap/js/src/dropdown"),
  modal: () => import("bootstrap/js/src/modal"),
  offcanvas: () => import("bootstrap/js/src/offcanvas"),
  tab: () => import("bootstrap/js/src/tab"),
};

/** Each part listens for its own clicks on the whole document, so loading it is all there is to do. */
function load(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-bs-toggle]")) {
    const part = element.dataset["bsToggle"] ?? "";
    void PARTS[part]?.();
    delete PARTS[part];
  }
}

load();
document.addEventListener("htmx:after:swap", load);
