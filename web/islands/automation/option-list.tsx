/** A search box over a grouped list: type to narrow, arrows to walk, Enter to choose. */
import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

import { useFirstFocus } from "./hooks";
import { icon } from "./icon";
import { Tile } from "./parts";

export interface Option {
  key: string;
  title: string;
  help: string;
  icon: string;
  tone: string;
  badge?: string;
}

export interface OptionGroup {
  title: string;
  options: Option[];
}

interface OptionListProps {
  label: string;
  placeholder: string;
  groups: OptionGroup[];
  onChoose: (key: string) => void;
  empty?: string;
  autoFocus?: boolean;
}

function matches({ title, help }: Option, words: string[]): boolean {
  const text = `${title} ${help}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Titles that begin with what was typed come first. */
function narrowed(groups: OptionGroup[], typed: string): OptionGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return groups;
  const rank = ({ title }: Option) => (title.toLowerCase().startsWith(words[0]!) ? 0 : 1);
  const kept = groups.map(({ title, options }) => ({
    title,
    options: options.filter((option) => matches(option, words)).sort((one, other) => rank(one) - rank(other)),
  }));
  return kept.filter(({ options }) => options.length);
}

export function OptionList({
  label,
  placeholder,
  groups,
  onChoose,
  empty,
  autoFocus = true,
}: OptionListProps) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useFirstFocus<HTMLInputElement>(autoFocus);
  const id = useId();
  const shown = useMemo(() => narrowed(groups, typed), [groups, typed]);
  const flat = useMemo(() => shown.flatMap(({ options }) => options), [shown]);
  const active = flat[Math.min(at, flat.length - 1)];

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active?.key]);

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && flat.length) setAt((Math.min(at, flat.length - 1) + by + flat.length) % flat.length);
    else if (event.key === "Enter" && active) onChoose(active.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="ae-options" onKeyDown={keys}>
      <label className="ae-search">
        {icon("search")}
        <input
          ref={input}
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={active ? `${id}-${active.key}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
        />
      </label>
      <div className="ae-option-list" role="listbox" id={id} aria-label={label} ref={list} tabIndex={-1}>
        {shown.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            {groups.length > 1 && (
              <div className="ae-option-group" aria-hidden="true">
                {group.title}
              </div>
            )}
            {group.options.map((option) => (
              <div
                key={option.key}
                id={`${id}-${option.key}`}
                role="option"
                aria-selected={option === active}
                className="ae-option"
                onPointerMove={() => option !== active && setAt(flat.indexOf(option))}
                onClick={() => onChoose(option.key)}
              >
                <Tile tone={option.tone} icon={option.icon} />
                <span className="ae-option-words">
                  <strong>{option.title}</strong>
                  <span>{option.help}</span>
                </span>
                {option.badge && <span className="ae-pill ae-pill-draft">{option.badge}</span>}
              </div>
            ))}
          </div>
        ))}
        {!flat.length && (
          <p className="ae-quiet ae-option-none">{empty ?? `Nothing is called “${typed}” here.`}</p>
        )}
      </div>
    </div>
  );
}
