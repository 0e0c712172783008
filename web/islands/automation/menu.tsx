/** A button with a list of actions: arrows walk it, Escape gives the keyboard back to the button. */
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

import { icon } from "./icon";
import { Button, IconButton } from "./parts";

export interface Action {
  label: string;
  icon: string;
  run: () => void;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
}

interface MenuProps {
  label: string;
  icon: string;
  /** Shown beside the icon; without it the label is only spoken. */
  text?: string;
  /** Worked out when the menu opens, not on every keystroke elsewhere. */
  actions: () => Action[];
  className?: string;
}

const STEP: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function walk(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const by = STEP[event.key];
  const next = event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : by ? at + by : null;
  if (next === null) return;
  event.preventDefault();
  event.stopPropagation();
  items[(next + items.length) % items.length]?.focus();
}

const MARGIN = 8;

/** Wholly on the screen: further right where it would be cut off, upwards where there is no room below. */
function place(list: HTMLElement): void {
  const { left, bottom, height, top } = list.getBoundingClientRect();
  if (left < MARGIN) list.style.right = `${left - MARGIN}px`;
  if (bottom > innerHeight - MARGIN && top - height > MARGIN) list.classList.add("ae-menu-up");
}

export function Menu({ label, icon: symbol, text, actions, className = "" }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    root.current?.querySelectorAll<HTMLElement>("[role=menu]").forEach(place);
    root.current?.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
    const outside = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("button")?.focus();
  };
  const keys = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      close();
    } else walk(event);
  };
  return (
    <div className={`ae-menu ${className}`} ref={root}>
      {text ? (
        <Button
          look="quiet"
          icon={symbol}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {text}
        </Button>
      ) : (
        <IconButton
          label={label}
          icon={symbol}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      )}
      {open && (
        <div role="menu" aria-label={label} className="ae-menu-list" onKeyDown={keys}>
          {actions().map((action) => (
            <button
              key={action.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={action.disabled}
              className={action.danger ? "ae-danger" : ""}
              onClick={() => {
                close();
                action.run();
              }}
            >
              {icon(action.icon)}
              <span>{action.label}</span>
              {action.hint && <kbd>{action.hint}</kbd>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
