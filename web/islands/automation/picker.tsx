/** What opens at a "+": the steps that fit there, grouped; at an end also "continue at another step". */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { useEditor } from "./context";
import { placesOf, targetAt } from "./definition";
import type { Place } from "./definition";
import type { Editor } from "./context";
import { OptionList } from "./option-list";
import type { Option, OptionGroup } from "./option-list";
import type { Picking } from "./ui";
import { upperFirst } from "./vocabulary";
import { stepSaid } from "./words";

const JOIN = "join:";
const ELSEWHERE = "elsewhere";
const WIDTH = 320;
const MARGIN = 12;

function joinable({ definition, speaker }: Editor, place: Place): Option[] {
  return Object.entries(definition.nodes)
    .filter(([id]) => id !== place.from || placesOf(definition, id).length > 1)
    .map(([id, step]) => {
      const { icon } = speaker.vocabulary.step(step.kind);
      const { title, detail } = stepSaid(step, speaker);
      return { key: JOIN + id, title, help: detail, icon, tone: speaker.vocabulary.toneOf(step.kind) };
    });
}

/** Whoever has just written to people lets some time pass; everywhere else a message is the likeliest. */
function fittingFirst<G extends { title: string }>({ definition, speaker }: Editor, { from }: Place, groups: G[]): G[] {
  const above = from === null ? undefined : definition.nodes[from];
  const wanted = above && speaker.vocabulary.toneOf(above.kind) === "message" ? "Timing" : "Messages";
  return [...groups].sort((one, other) => Number(other.title === wanted) - Number(one.title === wanted));
}

function stepGroups(editor: Editor, place: Place): OptionGroup[] {
  const { vocabulary } = editor.speaker;
  const ends = targetAt(editor.definition, place) === null;
  const kinds = [...vocabulary.steps.values()].filter(({ kind }) => ends || kind !== "leave");
  const groups = fittingFirst(editor, place, vocabulary.groups(kinds)).map(({ title, kinds: members }) => ({
    title,
    options: members.map(({ kind, title: name, help, icon }) => ({
      key: kind,
      title: name,
      help,
      icon,
      tone: vocabulary.toneOf(kind),
    })),
  }));
  if (!ends || !joinable(editor, place).length) return groups;
  const go: Option = {
    key: ELSEWHERE,
    title: "Continue at another step",
    help: "Join another path, or go back",
    icon: "corner-down-right",
    tone: "end",
  };
  return [...groups, { title: "This path", options: [go] }];
}

function triggerGroups({ speaker: { vocabulary } }: Editor): OptionGroup[] {
  return vocabulary.groups(vocabulary.triggers.values()).map(({ title, kinds }) => ({
    title: upperFirst(title),
    options: kinds.map(({ kind, title: name, help, icon }) => ({
      key: kind,
      title: name,
      help,
      icon,
      tone: "trigger",
    })),
  }));
}

export function useTriggerGroups(): OptionGroup[] {
  const editor = useEditor();
  return useMemo(() => triggerGroups(editor), [editor.speaker.vocabulary]); // the catalogue never changes under an open editor
}

/** Beside what was pressed, and wholly on the screen. */
function usePosition(anchor: DOMRect, sheet: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ left: number; top: number } | null>(null);
  useLayoutEffect(() => {
    if (sheet || !box.current) return;
    const { height } = box.current.getBoundingClientRect();
    const middle = anchor.left + anchor.width / 2 - WIDTH / 2;
    const left = Math.max(MARGIN, Math.min(middle, innerWidth - WIDTH - MARGIN));
    const below = anchor.bottom + 6;
    const top =
      below + height + MARGIN > innerHeight ? Math.max(MARGIN, innerHeight - height - MARGIN) : below;
    setAt({ left, top });
  }, [anchor, sheet]);
  return { box, style: sheet ? undefined : at ? at : { opacity: 0 } };
}

export function Picker({ picking: { place, anchor }, sheet }: { picking: Picking; sheet: boolean }) {
  const editor = useEditor();
  const { commands } = editor;
  const [joining, setJoining] = useState(false);
  const { box, style } = usePosition(anchor, sheet);
  const opener = useRef(document.activeElement);
  const groups = useMemo(() => {
    if (!place) return triggerGroups(editor);
    return joining ? [{ title: "Continue at", options: joinable(editor, place) }] : stepGroups(editor, place);
  }, [place, joining]); // a picker lives for one choice

  const close = () => {
    commands.stopPicking();
    if (opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true });
  };
  useEffect(() => {
    if (sheet) box.current?.focus(); // not the search box: a phone would cover the list with its keyboard
  }, [sheet, box]);
  useEffect(() => {
    const outside = (event: Event) => !box.current?.contains(event.target as Node) && commands.stopPicking();
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [commands, box]);

  const choose = (key: string) => {
    if (key === ELSEWHERE) setJoining(true);
    else if (!place) commands.startWith(key);
    else if (key.startsWith(JOIN)) commands.continueAt(place, key.slice(JOIN.length));
    else commands.addStep(place, key);
  };
  const question = !place
    ? "When should this start?"
    : joining
      ? "Continue at which step?"
      : "What should happen next?";
  return (
    <div
      ref={box}
      tabIndex={-1}
      role="dialog"
      aria-label={question}
      className={`ae-picker ${sheet ? "ae-sheet" : ""}`}
      style={style}
      onKeyDown={(event) => {
        if (event.key !== "Escape" && event.key !== "Tab") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <OptionList
        key={String(joining)}
        label={question}
        placeholder={question}
        groups={groups}
        autoFocus={!sheet}
        onChoose={choose}
      />
    </div>
  );
}
