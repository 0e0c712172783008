/** Whether a rule holds or does not: "has the tag", "does not have the tag". */
import type { Condition } from "../types";
import type { Scope } from "./condition-builder";

export interface PartProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  scope: Scope;
}

interface PolarityProps {
  negative: boolean;
  words: [yes: string, no: string];
  onChange: (negative: boolean) => void;
}

export function Polarity({ negative, words, onChange }: PolarityProps) {
  return (
    <select
      className="ae-input"
      aria-label="Is it so"
      value={negative ? "no" : "yes"}
      onChange={(event) => onChange(event.target.value === "no")}
    >
      <option value="yes">{words[0]}</option>
      <option value="no">{words[1]}</option>
    </select>
  );
}
