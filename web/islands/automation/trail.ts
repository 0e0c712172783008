/** A simulation laid over the drawing: which steps and lines light up, with dates and reasons. */
import { START, outletsOf, placeKey, placesOf, targetAt } from "./definition";
import type { Place } from "./definition";
import { counted, day, moment } from "./format";
import type { Definition, Simulation, Visit } from "./types";
import { pathLabel } from "./words";

export interface Stop {
  chip: string;
  why: string[];
  visits: number;
}

export interface Trail {
  stops: Map<string, Stop>; // by step id; "" is the trigger
  lines: Set<string>; // keys of places
  summary: string;
  /** The e-mails on the way, in order. */
  mails: string[];
}

function matchesEdge(place: Place, visit: Visit, definition: Definition): boolean {
  if (!visit.edge) return false;
  const step = place.from === null ? undefined : definition.nodes[place.from];
  const index = place.outlet.startsWith("paths.") ? Number(place.outlet.slice(6)) : null;
  const label = index === null ? null : step?.paths?.[index]?.label;
  const target = targetAt(definition, place) ?? "";
  return [place.outlet, label, `${place.from ?? ""}>${target}`].includes(visit.edge);
}

/** The line taken from a step: the one the server names, else the one that leads to the next visit. */
function lineTaken(definition: Definition, visit: Visit, next: string | null): Place | null {
  const places = visit.node === null ? [START] : placesOf(definition, visit.node);
  const fitting = places.filter((place) => targetAt(definition, place) === next);
  return places.find((place) => matchesEdge(place, visit, definition)) ?? fitting[0] ?? null;
}

/** A split says which way, a wait until when, everything else when. */
function chipOf(definition: Definition, visit: Visit, taken: Place | null, zone: string): string {
  const step = visit.node === null ? undefined : definition.nodes[visit.node];
  const way = step && taken && outletsOf(step).length > 1 ? `${pathLabel(step, taken.outlet)} · ` : "";
  if (step?.kind.startsWith("wait") && visit.until) return `${way}until ${moment(visit.until, zone)}`;
  return way + moment(visit.at, zone);
}

function addStop(stops: Map<string, Stop>, visit: Visit, words: string): void {
  const key = visit.node ?? "";
  const before = stops.get(key);
  const visits = (before?.visits ?? 0) + 1;
  const why = [...(before?.why ?? []), ...(visit.why ? [visit.why] : [])];
  stops.set(key, { chip: visits > 1 ? `${words} · ${visits}×` : words, why, visits });
}

function mailsOn(definition: Definition, path: Visit[]): string[] {
  return path.flatMap(({ node }) => (node !== null && definition.nodes[node]?.kind === "send_email" ? [node] : []));
}

function summarise(mails: number, path: Visit[], zone: string): string {
  const last = path.at(-1);
  if (!last) return "Would not enter. Nothing is sent.";
  const until = day(last.until ?? last.at, zone);
  return `Would get ${mails ? counted(mails, "e-mail") : "no e-mail"} and be done on ${until}. Nothing is sent.`;
}

/** The path may begin with the trigger (node null); where it does not, the trigger is lit with the first date. */
export function trailOf(definition: Definition, simulation: Simulation, zone: string): Trail {
  const told = simulation.path ?? [];
  const path = told.filter(({ node }, index) => (node === null ? index === 0 : node in definition.nodes));
  const begun = path.length && path[0]!.node !== null ? [{ node: null, at: path[0]!.at }, ...path] : path;
  const stops = new Map<string, Stop>();
  const lines = new Set<string>();
  begun.forEach((visit, index) => {
    const place = lineTaken(definition, visit, begun[index + 1]?.node ?? null);
    addStop(stops, visit, chipOf(definition, visit, place, zone));
    if (place) lines.add(placeKey(place));
  });
  const refusal = begun.length ? null : simulation.message;
  const mails = mailsOn(definition, begun);
  return { stops, lines, summary: refusal ?? summarise(mails.length, begun, zone), mails };
}
