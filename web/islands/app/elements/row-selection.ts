/**
 * <row-selection> around a list of rows with checkboxes: remembers who is selected over pages and searches, counts them, and
 * offers all that match. Without it the checkboxes of the page still go with the form.
 */
const remembered = new Map<string, Set<string>>(); // by list: the element itself is replaced by every search

class RowSelection extends HTMLElement {
  private ids = new Set<string>();

  connectedCallback(): void {
    this.ids = remembered.get(this.id) ?? new Set();
    remembered.set(this.id, this.ids);
    for (const box of this.boxes()) box.checked = this.ids.has(box.value);
    this.onchange = (event) => this.changed(event.target as HTMLInputElement);
    this.onclick = (event) => this.clicked(event.target as Element);
    this.onsubmit = () => this.addOthers();
    this.show();
  }

  private boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>(".ms-select")];
  }

  private get all(): HTMLInputElement | null {
    return this.querySelector("[data-selected-all]");
  }

  private changed(target: HTMLInputElement): void {
    if (target.matches(".ms-select-all")) for (const box of this.boxes()) this.put(box, target.checked);
    else if (target.matches(".ms-select")) this.put(target, target.checked);
    else return;
    this.everybody(false);
    this.show();
  }

  private clicked(target: Element): void {
    if (target.closest("[data-select-none]")) {
      for (const box of this.boxes()) this.put(box, false);
      this.ids.clear();
      this.everybody(false);
    } else if (target.closest("[data-select-matching]")) this.everybody(true);
    else return;
    this.show();
  }

  private put(box: HTMLInputElement, on: boolean): void {
    box.checked = on;
    if (on) this.ids.add(box.value);
    else this.ids.delete(box.value);
  }

  private everybody(on: boolean): void {
    if (this.all) this.all.value = on ? "1" : "";
  }

  private show(): void {
    const boxes = this.boxes();
    const checked = boxes.filter((box) => box.checked).length;
    const bar = this.querySelector<HTMLElement>(".ms-selection");
    const head = this.querySelector<HTMLInputElement>(".ms-select-all");
    const more = this.querySelector<HTMLElement>("[data-select-matching]");
    const count = this.querySelector("[data-selected-count]");
    const everybody = this.all?.value === "1";
    bar?.toggleAttribute("data-empty", !this.ids.size && !everybody);
    if (head) head.checked = boxes.length > 0 && checked === boxes.length;
    if (head) head.indeterminate = checked > 0 && checked < boxes.length;
    if (more) more.hidden = everybody || checked < boxes.length;
    if (count) count.textContent = everybody ? (more?.textContent ?? "").replace("Select all", "All") : this.ids.size.toLocaleString("en");
  }

  /** Those selected on other pages have no checkbox here. */
  private addOthers(): void {
    this.querySelectorAll("[data-other]").forEach((old) => old.remove());
    const here = new Set(this.boxes().map((box) => box.value));
    const form = this.querySelector("form");
    for (const id of this.ids) {
      if (here.has(id)) continue;
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: id });
      input.dataset["other"] = "";
      form?.append(input);
    }
  }
}

customElements.define("row-selection", RowSelection);
