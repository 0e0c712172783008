/** What the editor does by itself: fresh numbers, keys, printing, saving when the page goes away. */
import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { flushSync } from "react-dom";

import type { Editor } from "./context";
import { onKey } from "./keys";
import type { Store } from "./store";

const NUMBERS_EVERY = 5_000;
const PHONE = "(max-width: 767.98px)";
const ANNOUNCED = 4_000;

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}

export function usePhone(): boolean {
  return useMedia(PHONE);
}

export function useWide(): boolean {
  return useMedia("(min-width: 1100px)");
}

export function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** On paper stands the outline, whatever is on the screen. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}

/** A live automation's numbers, again every few seconds while somebody can see them. */
export function useNumbers({ store, state, ui }: Editor): void {
  const wanted = state.facts.version !== null && ui.numbersShown && !ui.viewing;
  useEffect(() => {
    if (!wanted) return;
    let open = true;
    const refresh = async () => {
      if (document.visibilityState === "visible") await store.refreshNumbers().catch(() => undefined); // next round tries again
      if (open) timer = setTimeout(() => void refresh(), NUMBERS_EVERY);
    };
    let timer = setTimeout(() => void refresh(), 0);
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, [store, wanted]);
}

export function useShortcuts(editor: Editor): void {
  const latest = useRef(editor);
  latest.current = editor;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event, latest.current);
    addEventListener("keydown", listen, true); // before the page's own palette, which takes Ctrl+K elsewhere
    return () => removeEventListener("keydown", listen, true);
  }, []);
}

export function useLeaving(store: Store): void {
  useEffect(() => {
    const hide = () => document.visibilityState === "hidden" && void store.flush();
    const leave = () => store.saveOnLeaving();
    const ask = (event: BeforeUnloadEvent) => store.hasUnsaved() && event.preventDefault();
    const back = () => void store.flush();
    document.addEventListener("visibilitychange", hide);
    addEventListener("pagehide", leave);
    addEventListener("beforeunload", ask);
    addEventListener("online", back);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("pagehide", leave);
      removeEventListener("beforeunload", ask);
      removeEventListener("online", back);
    };
  }, [store]);
}

/** Puts the keyboard into what has just opened. */
export function useFirstFocus<T extends HTMLElement>(wanted = true): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (wanted) element.current?.focus({ preventScroll: true });
  }, [wanted]);
  return element;
}

/** Calls back some time after the key changed; for toasts that go by themselves. */
export function useExpiry(key: number | undefined, expire: () => void): void {
  useEffect(() => {
    if (key === undefined) return;
    const timer = setTimeout(expire, ANNOUNCED);
    return () => clearTimeout(timer);
  }, [key]); // a new callback is not a new toast
}
