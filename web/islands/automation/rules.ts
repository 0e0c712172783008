/** The rules that guard people, as they stand on the trigger's card in plain sight (rule 20). */
import type { TriggerSection } from "./ui";
import type { Definition } from "./types";
import { againWords, conditionWords, filterWords } from "./words";
import type { Speaker } from "./words";

export interface Rule {
  section: TriggerSection;
  icon: string;
  words: string;
  unset: boolean;
}

export function triggerRules(definition: Definition, speaker: Speaker, editable: boolean): Rule[] {
  const { again, key } = definition.entry;
  const filter = filterWords(definition.entry.trigger, speaker);
  const goal = conditionWords(definition.goal, speaker);
  const exit = conditionWords(definition.exit_when, speaker);
  const rules: Rule[] = [{ section: "again", icon: "repeat", words: againWords(again, key), unset: false }];
  if (filter) rules.unshift({ section: "filter", icon: "filter", words: `Only if ${filter}`, unset: false });
  if (goal || editable) {
    rules.push({
      section: "goal",
      icon: "target-arrow",
      words: goal ? `Goal: ${goal}` : "Add a goal",
      unset: !goal,
    });
  }
  if (exit || editable) {
    const words = exit ? `Leaves when ${exit}` : "Add a reason to leave early";
    rules.push({ section: "exit", icon: "door-exit", words, unset: !exit });
  }
  return rules;
}
