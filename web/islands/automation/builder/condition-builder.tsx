/** A condition as sentences that can be changed: groups of rules, groups in groups, read back in plain words. */
import { useEditor } from "../context";
import { asGroup, emptyRule, fromGroup, fromOuterGroup, isGroup, isUnfinished } from "../conditions";
import type { Group, Junction } from "../conditions";
import { IconButton, Button } from "../parts";
import type { Condition } from "../types";
import { upperFirst } from "../vocabulary";
import { conditionWords } from "../words";
import { RuleEditor } from "./rule";

const JUNCTIONS: { value: Junction; label: string }[] = [
  { value: "all", label: "All of these are true" },
  { value: "any", label: "Any of these is true" },
  { value: "none", label: "None of these is true" },
  { value: "not_all", label: "Not all of these are true" },
];

const JOINED: Record<Junction, string> = { all: "and", any: "or", none: "nor", not_all: "and" };

export interface Scope {
  /** The event whose properties can be asked about; "" outside an event. */
  event: string;
  /** Inside an event's own "where", only its properties make sense. */
  onlyEvent: boolean;
}

interface GroupProps {
  group: Group;
  onChange: (group: Group) => void;
  scope: Scope;
  depth: number;
  label: string;
}

const DEEPEST = 3;

function GroupEditor({ group, onChange, scope, depth, label }: GroupProps) {
  const { junction, rules } = group;
  const replace = (index: number, rule: Condition) =>
    onChange({ junction, rules: rules.map((before, at) => (at === index ? rule : before)) });
  const remove = (index: number) => onChange({ junction, rules: rules.filter((_rule, at) => at !== index) });
  const add = (rule: Condition) => onChange({ junction, rules: [...rules, rule] });
  const fresh = () => emptyRule(scope.event || scope.onlyEvent ? "field" : "event");
  return (
    <div className="ae-group" role="group" aria-label={label} data-depth={depth}>
      {(rules.length > 1 || depth > 0 || junction === "none" || junction === "not_all") && (
        <select
          className="ae-input ae-junction"
          aria-label="How the conditions go together"
          value={junction}
          onChange={(event) => onChange({ junction: event.target.value as Junction, rules })}
        >
          {JUNCTIONS.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
      {rules.map((rule, index) => (
        <div className="ae-rule-slot" key={index}>
          {index > 0 && <span className="ae-joined">{JOINED[junction]}</span>}
          <RuleOrGroup
            rule={rule}
            position={index + 1}
            scope={scope}
            depth={depth}
            onChange={(next) => replace(index, next)}
            onRemove={() => remove(index)}
          />
        </div>
      ))}
      <div className="ae-row ae-tight">
        <Button look="quiet" icon="plus" aria-label="Add a condition" onClick={() => add(fresh())}>
          {rules.length ? "Condition" : "Add a condition"}
        </Button>
        {depth < DEEPEST && rules.length > 0 && !scope.onlyEvent && (
          <Button
            look="quiet"
            icon="folder-plus"
            aria-label="Add a group"
            onClick={() => add({ any: [fresh(), fresh()] })}
          >
            Group
          </Button>
        )}
      </div>
    </div>
  );
}

interface RuleOrGroupProps {
  rule: Condition;
  position: number;
  scope: Scope;
  depth: number;
  onChange: (rule: Condition) => void;
  onRemove: () => void;
}

function RuleOrGroup({ rule, position, scope, depth, onChange, onRemove }: RuleOrGroupProps) {
  if (!isGroup(rule)) {
    return (
      <RuleEditor
        condition={rule}
        position={position}
        scope={scope}
        onChange={onChange}
        onRemove={onRemove}
      />
    );
  }
  return (
    <div className="ae-subgroup">
      <IconButton label={`Remove group ${position}`} icon="x" className="ae-remove-rule" onClick={onRemove} />
      <GroupEditor
        group={asGroup(rule)}
        scope={scope}
        depth={depth + 1}
        label={`Group ${position}`}
        onChange={(group) => (group.rules.length ? onChange(fromGroup(group)) : onRemove())}
      />
    </div>
  );
}

interface BuilderProps {
  value: Condition | null | undefined;
  onChange: (condition: Condition | null) => void;
  label: string;
  event?: string;
  onlyEvent?: boolean;
  quiet?: boolean;
}

export function ConditionBuilder({
  value,
  onChange,
  label,
  event = "",
  onlyEvent = false,
  quiet,
}: BuilderProps) {
  const { speaker } = useEditor();
  const group: Group = value
    ? asGroup(isGroup(value) ? value : { all: [value] })
    : { junction: "all", rules: [] };
  const words = conditionWords(value, speaker, event);
  return (
    <div className="ae-builder">
      {words && !quiet && !isUnfinished(value) && (
        <p className="ae-in-words" aria-live="polite">
          {upperFirst(words)}.
        </p>
      )}
      <GroupEditor
        group={group}
        scope={{ event, onlyEvent }}
        depth={0}
        label={label}
        onChange={(next) => onChange(fromOuterGroup(next))}
      />
    </div>
  );
}
