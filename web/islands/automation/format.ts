/** Figures and instants for people: grouped numbers, per cents, dates in the workspace's zone. */

const GROUPED = new Intl.NumberFormat("en-GB");

export function figure(value: number): string {
  return GROUPED.format(value);
}

/** Whole per cents, with one decimal below ten so that 0.4 % does not read as nothing. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const share = (100 * part) / whole;
  return `${share > 0 && share < 9.95 ? share.toFixed(1).replace(/\.0$/, "") : Math.round(share)}%`;
}

export function people(count: number): string {
  return `${figure(count)} ${count === 1 ? "person" : "people"}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }); // a zone this browser does not know
  }
}

/** "Fri 21 Nov, 08:14". */
export function moment(instant: string, zone: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return "";
  const parts = formatter(zone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).formatToParts(date);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")}, ${part("hour")}:${part("minute")}`;
}

export function day(instant: string, zone: string): string {
  return moment(instant, zone).split(",")[0] ?? "";
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => word.charAt(0).toUpperCase()).join("") || "?";
}
