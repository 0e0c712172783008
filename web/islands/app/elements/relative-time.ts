/** <relative-time> around a <time>: keeps "4 min" true while the page stays open; a sandbox's time stands still. */
const UNITS: [seconds: number, name: string][] = [
  [86400, "days"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];
const EVERY = 15_000;
const meta = document.querySelector<HTMLMetaElement>('meta[name="now"]');
const loaded = performance.now();

function words(since: Date, now: number): string {
  const seconds = Math.floor((now - since.getTime()) / 1000);
  const [size, name] = UNITS.find(([unit]) => seconds >= unit) ?? [1, "s"];
  if (seconds < 2) return "now";
  if (name === "days" && seconds < 2 * size) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / size)} ${name}`;
}

class RelativeTime extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    if (meta?.hasAttribute("data-ticks")) this.timer = setInterval(() => this.renew(), EVERY);
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
  }

  private renew(): void {
    const time = this.querySelector("time");
    const now = Date.parse(meta?.content ?? "") + performance.now() - loaded;
    if (time) time.textContent = words(new Date(time.dateTime), now);
  }
}

customElements.define("relative-time", RelativeTime);
