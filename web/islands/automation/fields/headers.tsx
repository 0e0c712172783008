/** A list of names with values: the headers of a web request. */
import { useState } from "react";

import { Button, IconButton } from "../parts";

type Headers = Record<string, string>;
type Pair = [name: string, value: string];

interface HeadersProps {
  value: Headers | null | undefined;
  onChange: (headers: Headers | undefined) => void;
  label: string;
}

function written(pairs: Pair[]): Headers {
  return Object.fromEntries(pairs.filter(([name]) => name.trim()));
}

/** Rows are kept here while they are written, since two names may be equal for a moment. */
function usePairs(value: Headers) {
  const [pairs, setPairs] = useState<Pair[]>(() => Object.entries(value));
  const changedElsewhere = JSON.stringify(written(pairs)) !== JSON.stringify(value);
  return { pairs: changedElsewhere ? (Object.entries(value) as Pair[]) : pairs, setPairs };
}

export function HeadersInput({ value, onChange, label }: HeadersProps) {
  const { pairs, setPairs } = usePairs(value ?? {});
  const set = (next: Pair[]) => {
    setPairs(next);
    const headers = written(next);
    onChange(Object.keys(headers).length ? headers : undefined);
  };
  const change = (index: number, pair: Pair) =>
    set(pairs.map((before, at) => (at === index ? pair : before)));
  return (
    <div className="ae-headers" role="group" aria-label={label}>
      {pairs.map(([name, content], index) => (
        <div className="ae-row" key={index}>
          <input
            className="ae-input"
            aria-label={`Name ${index + 1}`}
            placeholder="Name"
            value={name}
            onChange={(event) => change(index, [event.target.value, content])}
          />
          <input
            className="ae-input"
            aria-label={`Value ${index + 1}`}
            placeholder="Value"
            value={content}
            onChange={(event) => change(index, [name, event.target.value])}
          />
          <IconButton
            label={`Remove ${name || "this row"}`}
            icon="trash"
            onClick={() => set(pairs.filter((_pair, at) => at !== index))}
          />
        </div>
      ))}
      <Button look="quiet" icon="plus" onClick={() => set([...pairs, ["", ""]])}>
        Add
      </Button>
    </div>
  );
}
