/** ISO 8601 durations as the marketer meets them: a number with a unit, and words. */

export const UNITS = ["minutes", "hours", "days", "weeks", "months", "years"] as const;
export type Unit = (typeof UNITS)[number];

export interface Amount {
  count: number;
  unit: Unit;
}

interface Parts {
  negative: boolean;
  years: number;
  months: number;
  weeks: number;
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

const ISO =
  /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

function parse(iso: string | null | undefined): Parts | null {
  const found = ISO.exec(iso ?? "");
  if (!found || iso === "P" || iso === "-P" || iso?.endsWith("T")) return null;
  const at = (index: number) => Number(found[index] ?? 0);
  return {
    negative: Boolean(found[1]),
    years: at(2),
    months: at(3),
    weeks: at(4),
    days: at(5),
    hours: at(6),
    minutes: at(7),
    seconds: at(8),
  };
}

export function isDuration(iso: unknown): iso is string {
  return typeof iso === "string" && parse(iso) !== null;
}

function exact(count: number, divisor: number): boolean {
  return count > 0 && count % divisor === 0;
}

function calendarAmount(parts: Parts): Amount | null {
  const clock = parts.hours + parts.minutes + parts.seconds + parts.days + parts.weeks;
  if (clock || !(parts.years + parts.months)) return null;
  return parts.months
    ? { count: parts.years * 12 + parts.months, unit: "months" }
    : { count: parts.years, unit: "years" };
}

/** The largest unit that says it without a remainder; weeks only when it was written in weeks. */
export function toAmount(iso: string | null | undefined): Amount | null {
  const parts = parse(iso);
  if (!parts) return null;
  const calendar = calendarAmount(parts);
  if (calendar) return calendar;
  if (parts.years + parts.months) return null;
  const minutes =
    ((parts.weeks * 7 + parts.days) * 24 + parts.hours) * 60 + parts.minutes + Math.round(parts.seconds / 60);
  if (parts.weeks && exact(minutes, 7 * 24 * 60)) return { count: minutes / (7 * 24 * 60), unit: "weeks" };
  if (exact(minutes, 24 * 60)) return { count: minutes / (24 * 60), unit: "days" };
  if (exact(minutes, 60)) return { count: minutes / 60, unit: "hours" };
  return { count: minutes, unit: "minutes" };
}

const WRITTEN: Record<Unit, (count: number) => string> = {
  minutes: (count) => `PT${count}M`,
  hours: (count) => `PT${count}H`,
  days: (count) => `P${count}D`,
  weeks: (count) => `P${count}W`,
  months: (count) => `P${count}M`,
  years: (count) => `P${count}Y`,
};

export function toIso({ count, unit }: Amount): string {
  return WRITTEN[unit](count);
}

export function negated(iso: string): string {
  return iso.startsWith("-") ? iso.slice(1) : `-${iso}`;
}

export function isNegative(iso: string | null | undefined): boolean {
  return iso?.startsWith("-") ?? false;
}

function counted(count: number, unit: string): string {
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}

/** "3 days", "1 day and 12 hours"; the sign is left to the sentence around it. */
export function durationWords(iso: string | null | undefined): string {
  const parts = parse(iso);
  if (!parts) return "";
  const units = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
  const said = units.filter((unit) => parts[unit]).map((unit) => counted(parts[unit], unit));
  if (!said.length) return "no time";
  return said.length > 1 ? `${said.slice(0, -1).join(", ")} and ${said.at(-1)}` : said[0]!;
}
