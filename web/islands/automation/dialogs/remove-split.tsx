/** Removing a split asks which of its paths stays, and says who waits inside what goes. */
import { useState } from "react";

import { useEditor } from "../context";
import { outletsOf, targetAt } from "../definition";
import { lostWith } from "../edits";
import { Choices } from "../fields/row";
import { counted, people } from "../format";
import { Button, Dialog, Notice } from "../parts";
import { pathLabel, stepTitle } from "../words";

const NONE = "";

export function RemoveSplitDialog({ id }: { id: string }) {
  const { commands, definition, speaker, state } = useEditor();
  const step = definition.nodes[id];
  const outlets = step ? outletsOf(step) : [];
  const filled = outlets.filter((outlet) => targetAt(definition, { from: id, outlet }) !== null);
  const [keep, setKeep] = useState(filled[0] ?? NONE);
  if (!step) return null;
  const lost = lostWith(definition, id, keep || null);
  const waiting = lost.reduce((sum, one) => sum + (state.numbers?.nodes[one]?.waiting ?? 0), 0);
  const options = filled.map((outlet) => {
    const target = targetAt(definition, { from: id, outlet })!;
    return {
      value: outlet,
      label: pathLabel(step, outlet),
      help: `Goes on with “${stepTitle(definition.nodes[target]!, speaker)}”`,
    };
  });
  return (
    <Dialog
      title={`Remove “${stepTitle(step, speaker)}”`}
      size="small"
      onClose={() => commands.closeDialog()}
      footer={
        <>
          <span className="ae-spring" />
          <Button onClick={() => commands.closeDialog()}>Cancel</Button>
          <Button look="primary" icon="trash" onClick={() => commands.removeKeeping(id, keep || null)}>
            {lost.length ? `Remove with ${counted(lost.length, "step")}` : "Remove"}
          </Button>
        </>
      }
    >
      <Choices
        label="Which path stays?"
        value={keep}
        onChange={setKeep}
        options={[
          ...options,
          { value: NONE, label: "None", help: "Everything under it goes, and the path ends here" },
        ]}
      />
      {waiting > 0 && (
        <Notice tone="warn">
          {people(waiting)} {waiting === 1 ? "waits" : "wait"} inside what goes. Nothing changes for them
          before you publish.
        </Notice>
      )}
    </Dialog>
  );
}
