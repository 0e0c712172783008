/** Undo and redo: fifty steps back; typing in one field counts as one step. */

export interface History<T> {
  past: T[];
  present: T;
  future: T[];
  mark: string | null;
  markedAt: number;
}

export const LIMIT = 50;
const PAUSE = 1500; // ms without typing begin a new step

export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [], mark: null, markedAt: 0 };
}

/** The same mark in quick succession (one field being typed in) replaces the last step. */
export function record<T>(history: History<T>, present: T, mark: string | null, now: number): History<T> {
  const continued = mark !== null && mark === history.mark && now - history.markedAt < PAUSE;
  const past = continued ? history.past : [...history.past, history.present].slice(-LIMIT);
  return { past, present, future: [], mark, markedAt: now };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    mark: null,
    markedAt: 0,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...future] = history.future;
  if (after === undefined) return history;
  return { past: [...history.past, history.present], present: after, future, mark: null, markedAt: 0 };
}
