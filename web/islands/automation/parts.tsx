/** The small parts that every region is built from. */
import { useId, useLayoutEffect, useRef } from "react";
import type { ButtonHTMLAttributes, ReactNode } from "react";

import { icon } from "./icon";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: "plain" | "primary" | "quiet" | "danger";
  icon?: string;
};

export function Button({ look = "plain", icon: symbol, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`ae-button ae-button-${look} ${className}`} {...rest}>
      {symbol && icon(symbol)}
      {children}
    </button>
  );
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { label: string; icon: string };

/** `label` is the spoken name and the hint. */
export function IconButton({ label, icon: symbol, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`ae-icon-button ${className}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      {icon(symbol)}
    </button>
  );
}

interface TileProps {
  tone: string;
  icon: string;
}

export function Tile({ tone, icon: symbol }: TileProps) {
  return <span className={`ae-tile ae-tone-${tone}`}>{icon(symbol)}</span>;
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  size?: "small" | "medium" | "full";
  extra?: ReactNode;
}

/** The browser would begin with the close button; people begin with the question. */
const FIRST = ".ae-dialog-body :is(input:checked, input:not([type=radio]), textarea), .ae-dialog-foot button";

/** The browser's own modal dialog: it holds the keyboard inside, closes on Escape and gives focus back. */
export function Dialog({ title, onClose, children, footer, size = "medium", extra }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // before the browser forgets it: only a dialog that is closed in the page gives the keyboard back
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) {
      element.showModal();
      element.querySelector<HTMLElement>(FIRST)?.focus();
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`ae-dialog ae-dialog-${size}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <div className="ae-dialog-sheet">
        <header className="ae-dialog-head">
          <h2 id={heading}>{title}</h2>
          {extra}
          <IconButton label="Close" icon="x" onClick={onClose} />
        </header>
        <div className="ae-dialog-body">{children}</div>
        {footer && <footer className="ae-dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

interface NoticeProps {
  tone: "ok" | "warn" | "bad" | "info";
  children: ReactNode;
  role?: "alert" | "status";
}

const NOTICE_SYMBOLS = {
  ok: () => icon("circle-check"),
  warn: () => icon("alert-circle"),
  bad: () => icon("alert-triangle"),
  info: () => icon("info-circle"),
};

export function Notice({ tone, children, role }: NoticeProps) {
  return (
    <div className={`ae-notice ae-notice-${tone}`} role={role}>
      {NOTICE_SYMBOLS[tone]()}
      <div>{children}</div>
    </div>
  );
}

export function Spinner({ label }: { label: string }) {
  return (
    <span className="ae-waiting" role="status">
      <span className="ae-spinner" aria-hidden="true" />
      {label}
    </span>
  );
}

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string; icon?: string }[];
  onChange: (value: T) => void;
}

/** Two or three ways of looking at the same thing. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div className="ae-segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.label}
          title={option.label}
          onClick={() => onChange(option.value)}
        >
          {option.icon && icon(option.icon)}
          <span className="ae-segment-label">{option.label}</span>
        </button>
      ))}
    </div>
  );
}
