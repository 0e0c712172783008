/** The parts of a mail as they lie in a step's parameters. */
import type { Mail } from "../api";
import type { Step } from "../types";

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function mailOf(step: Step | undefined, parameter: string): Mail {
  return { subject: text(step?.subject), preheader: text(step?.preheader), body: text(step?.[parameter]) };
}
