/** What a text box suggests for what is being typed. */
export interface Suggestion {
  value: string;
  label: string;
  hint?: string;
}

const SHOWN = 60;

/** What is meant comes first: exactly what was typed, then the same in other letters; Enter takes the first. */
export function fitting(suggestions: Suggestion[], typed: string): Suggestion[] {
  const exact = typed.trim();
  const wanted = exact.toLowerCase();
  const text = ({ value, label, hint }: Suggestion) => `${label} ${value} ${hint ?? ""}`.toLowerCase();
  const rank = ({ value, label }: Suggestion) =>
    [value, label].includes(exact) ? 0 : [value, label].some((one) => one.toLowerCase() === wanted) ? 1 : 2;
  return suggestions
    .filter((suggestion) => text(suggestion).includes(wanted))
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, SHOWN);
}
