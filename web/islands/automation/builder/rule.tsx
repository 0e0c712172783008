/** One rule: what it is about, then the sentence that fits it. */
import { useEditor } from "../context";
import { asRule, emptyRule, fromRule, kindOf } from "../conditions";
import type { RuleKind } from "../conditions";
import { Combo } from "../fields/combo";
import { IconButton } from "../parts";
import type { Condition } from "../types";
import { channelWords, conditionWords } from "../words";
import type { Scope } from "./condition-builder";
import { EventRuleEditor } from "./event-rule";
import { FieldRuleEditor } from "./field-rule";
import { Polarity } from "./polarity";
import type { PartProps } from "./polarity";

interface RuleProps {
  condition: Condition;
  position: number;
  scope: Scope;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

const KINDS: { value: RuleKind; label: string }[] = [
  { value: "event", label: "Something they did" },
  { value: "field", label: "Something about them" },
  { value: "tag", label: "A tag" },
  { value: "consent", label: "Consent" },
  { value: "segment", label: "A segment" },
  { value: "score", label: "Their score" },
];

function useKinds(kind: RuleKind) {
  const { speaker } = useEditor();
  const offered = KINDS.filter(({ value }) => {
    if (value === "segment") return kind === value || Boolean(speaker.vocabulary.catalogue.segments?.length);
    return value !== "score" || kind === value;
  });
  return offered;
}

function TagRule({ condition, onChange }: PartProps) {
  const { speaker } = useEditor();
  const { negative, rule } = asRule(condition);
  const tags = speaker.vocabulary.catalogue.tags.map((tag) => ({ value: tag, label: tag }));
  const set = (next: Condition, no = negative) => onChange(fromRule({ negative: no, rule: next }));
  return (
    <>
      <Polarity
        negative={negative}
        words={["has the tag", "does not have the tag"]}
        onChange={(no) => set(rule, no)}
      />
      <Combo
        label="Tag"
        placeholder="Which tag"
        value={"tag" in rule ? rule.tag : ""}
        suggestions={tags}
        free={(typed) => typed}
        onChange={(tag) => set({ tag })}
      />
    </>
  );
}

const CHANNELS = ["email", "sms"];

function ConsentRule({ condition, onChange }: PartProps) {
  const { negative, rule } = asRule(condition);
  const set = (next: Condition, no = negative) => onChange(fromRule({ negative: no, rule: next }));
  return (
    <>
      <Polarity
        negative={negative}
        words={["agreed to", "did not agree to"]}
        onChange={(no) => set(rule, no)}
      />
      <select
        className="ae-input"
        aria-label="Channel"
        value={"consent" in rule ? rule.consent : "email"}
        onChange={(event) => set({ consent: event.target.value })}
      >
        {CHANNELS.map((channel) => (
          <option key={channel} value={channel}>
            {channelWords(channel)}
          </option>
        ))}
      </select>
    </>
  );
}

function SegmentRule({ condition, onChange }: PartProps) {
  const { speaker } = useEditor();
  const { negative, rule } = asRule(condition);
  const segments = (speaker.vocabulary.catalogue.segments ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }));
  const set = (next: Condition, no = negative) => onChange(fromRule({ negative: no, rule: next }));
  return (
    <>
      <Polarity
        negative={negative}
        words={["is in the segment", "is not in the segment"]}
        onChange={(no) => set(rule, no)}
      />
      <Combo
        label="Segment"
        placeholder="Which segment"
        value={"segment_id" in rule ? rule.segment_id : ""}
        suggestions={segments}
        onChange={(segment_id) => set({ segment_id })}
      />
    </>
  );
}

function ScoreRule({ condition, onChange }: PartProps) {
  const { rule } = asRule(condition);
  if (!("score" in rule)) return null;
  return (
    <input
      className="ae-input"
      type="number"
      aria-label="Score at least"
      value={rule.score.value}
      onChange={(event) => onChange({ score: { ...rule.score, value: event.target.valueAsNumber || 0 } })}
    />
  );
}

const EDITORS = {
  event: EventRuleEditor,
  field: FieldRuleEditor,
  tag: TagRule,
  consent: ConsentRule,
  segment: SegmentRule,
  score: ScoreRule,
};

export function RuleEditor({ condition, position, scope, onChange, onRemove }: RuleProps) {
  const { speaker } = useEditor();
  const kind = kindOf(asRule(condition).rule);
  const kinds = useKinds(kind);
  if (kind === "unknown") {
    return <p className="ae-quiet">{conditionWords(condition, speaker)}: it is kept as it is.</p>;
  }
  const Part = EDITORS[kind];
  return (
    <div className="ae-rule-editor" role="group" aria-label={`Condition ${position}`}>
      <div className="ae-rule-head">
        {scope.onlyEvent ? (
          <span className="ae-quiet">A detail of it</span>
        ) : (
          <select
            className="ae-input ae-rule-kind"
            aria-label="What it is about"
            value={kind}
            onChange={(event) => onChange(emptyRule(event.target.value as RuleKind))}
          >
            {kinds.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
        <IconButton
          label={`Remove condition ${position}`}
          icon="x"
          className="ae-remove-rule"
          onClick={onRemove}
        />
      </div>
      <Part condition={condition} onChange={onChange} scope={scope} />
    </div>
  );
}
