/** Letting an automation go on: what becomes of those who should have moved on meanwhile. */
import { useEffect, useState } from "react";

import type { Overdue } from "../api";
import { useEditor } from "../context";
import { Choices } from "../fields/row";
import { figure, people } from "../format";
import { Button, Dialog, Spinner } from "../parts";
import { MANY, TypeNumber, isTyped } from "./type-number";

const WAYS: { value: Overdue; label: string; help: string }[] = [
  {
    value: "ramp",
    label: "Catch up slowly",
    help: "Spread over an hour, so that neither inboxes nor the sender are flooded",
  },
  { value: "send", label: "Do it all now", help: "Everything that is overdue happens at once" },
  {
    value: "skip",
    label: "Skip what is too old",
    help: "Whoever is late by more than a day leaves; the others move on",
  },
];

/** As many as there are at this moment; null while nobody knows. */
function useOverdue(): number | null {
  const { store } = useEditor();
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    let open = true;
    void store
      .countOverdue()
      .catch(() => 0)
      .then((found) => open && setCount(found));
    return () => {
      open = false;
    };
  }, [store]);
  return count;
}

export function ReleaseDialog() {
  const { commands, store } = useEditor();
  const [way, setWay] = useState<Overdue>("ramp");
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const overdue = useOverdue();
  const confirm = way === "send" && overdue !== null && overdue > MANY ? overdue : 0;
  const release = async () => {
    setBusy(true);
    await commands.attempt(() => store.release(way), "Released. Everybody moves on.");
    setBusy(false);
  };
  return (
    <Dialog
      title="Release this automation"
      size="small"
      onClose={() => commands.closeDialog()}
      footer={
        <>
          <span className="ae-spring" />
          <Button onClick={() => commands.closeDialog()}>Keep on hold</Button>
          <Button
            look="primary"
            disabled={busy || overdue === null || !isTyped(confirm, typed)}
            onClick={() => void release()}
          >
            Release
          </Button>
        </>
      }
    >
      {overdue === null && <Spinner label="Counting who is overdue…" />}
      {overdue === 0 && <p>Nobody is overdue. Everybody goes on from where they stand, at their own time.</p>}
      {overdue !== null && overdue > 0 && (
        <Choices<Overdue>
          label={`${people(overdue)} should have moved on meanwhile`}
          value={way}
          onChange={setWay}
          options={WAYS}
        />
      )}
      {confirm > 0 && (
        <TypeNumber
          label={`This moves ${figure(confirm)} people on at once. Type ${confirm} to go on.`}
          typed={typed}
          onChange={setTyped}
        />
      )}
    </Dialog>
  );
}
