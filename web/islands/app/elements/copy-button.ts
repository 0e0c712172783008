/** <copy-button> around a button with data-copy: puts the text on the clipboard and says so. */
const SAID = 2000;

class CopyButton extends HTMLElement {
  connectedCallback(): void {
    this.onclick = () => void this.copy();
  }

  private async copy(): Promise<void> {
    const button = this.querySelector<HTMLElement>("[data-copy]");
    const words = button?.querySelector("span");
    if (!button || !words) return;
    const before = words.textContent;
    await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
    words.textContent = "Copied";
    setTimeout(() => (words.textContent = before), SAID);
  }
}

customElements.define("copy-button", CopyButton);
