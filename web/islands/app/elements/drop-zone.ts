/** <drop-zone> around a file input: takes a dropped file and shows the name of what was chosen. */
class DropZone extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) return;
    this.ondragover = (event) => {
      event.preventDefault();
      this.dataset["over"] = "";
    };
    this.ondragleave = () => delete this.dataset["over"];
    this.ondrop = (event) => {
      event.preventDefault();
      delete this.dataset["over"];
      if (event.dataTransfer?.files.length) input.files = event.dataTransfer.files;
      this.show(input);
    };
    input.onchange = () => this.show(input);
  }

  private show(input: HTMLInputElement): void {
    const file = input.files?.[0];
    const place = this.querySelector("[data-file-name]");
    if (place) place.textContent = file ? `${file.name}, ${Math.max(1, Math.round(file.size / 1000)).toLocaleString("en")} KB` : "";
  }
}

customElements.define("drop-zone", DropZone);
