/** What the server finds wrong, for the person who is in the middle of it. */
import { isUnfinished } from "./conditions";
import type { Condition, Definition, Problem } from "./types";

const PATH = /^paths(?:\.|\[)(\d+)/;

/** The condition that a problem is about, if it is about one. */
function conditionAt(definition: Definition, { node, field }: Problem): Condition | null | undefined {
  const name = field?.split(/[.[]/)[0] ?? "";
  if (node !== null) {
    const step = definition.nodes[node];
    const path = PATH.exec(field ?? "");
    if (path) return step?.paths?.[Number(path[1])]?.when;
    return step?.kind === "wait_until" && name === "until" ? (step.until as Condition | null) : null;
  }
  if (name === "goal" || name === "exit_when") return definition[name];
  const setting = /^entry\.trigger\.(\w+)/.exec(field ?? "")?.[1];
  const value = setting ? definition.entry.trigger?.[setting] : null;
  return value && typeof value === "object" && !Array.isArray(value) ? (value as Condition) : null;
}

function sameProblem(one: Problem, other: Problem): boolean {
  return one.node === other.node && one.field === other.field && one.message === other.message;
}

const CHOSEN = new Set(["event", "tag", "field", "attribute", "segment"]);

const MISSING = /^Fill this in: (.+)\.$/;

/** Filled in since the server looked: it is not worth a word until it looks again. */
function isMended({ nodes, entry }: Definition, { node, field, message }: Problem): boolean {
  if (!field || !MISSING.test(message)) return false;
  const name = field.replace(/^entry\.trigger\./, "");
  const value = node !== null ? nodes[node]?.[name] : entry.trigger?.[name];
  return value != null && value !== "";
}

/** "Fill this in: event." as somebody at the canvas would say it. */
function plainly(problem: Problem): Problem {
  const missing = MISSING.exec(problem.message)?.[1];
  if (!missing) return problem;
  return { ...problem, message: CHOSEN.has(missing) ? `Choose which ${missing}.` : `Fill in the ${missing}.` };
}

/** While a condition is being built, what matters is that it is not finished, said once. */
export function worded(problems: Problem[], definition: Definition): Problem[] {
  const open = problems.filter((problem) => !isMended(definition, problem));
  const said = open.map((problem): Problem => {
    if (!isUnfinished(conditionAt(definition, problem))) return plainly(problem);
    const field = problem.field?.replace(/(\.when|^until|^goal|^exit_when|^entry\.trigger\.\w+).*$/, "$1") ?? null;
    return { ...problem, field, message: "Finish the condition: something in it is still empty." };
  });
  return said.filter((problem, at) => said.findIndex((other) => sameProblem(other, problem)) === at);
}

export function isAboutStart(node: string | null): boolean {
  return node === null || node === "" || node === "entry" || node === "trigger";
}
