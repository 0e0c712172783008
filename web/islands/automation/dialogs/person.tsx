/** Whom to test with: somebody real, or somebody invented. */
import { useState } from "react";

import { ContactSearch } from "../contact-search";
import { useEditor } from "../context";
import { Dialog, Segments } from "../parts";
import { InventPerson } from "./invent";

type Who = "real" | "invented";

export function PersonDialog() {
  const { commands, ui } = useEditor();
  const [who, setWho] = useState<Who>(ui.test?.contact.invented ? "invented" : "real");
  return (
    <Dialog title="Test with a person" size="small" onClose={() => commands.closeDialog()}>
      <p className="ae-quiet">
        You see the way this person would take from now on, with dates. Nothing is sent, nothing is changed.
      </p>
      <Segments<Who>
        label="Whom"
        value={who}
        onChange={setWho}
        options={[
          { value: "real", label: "Somebody real", icon: "user-search" },
          { value: "invented", label: "Somebody invented", icon: "user-plus" },
        ]}
      />
      {who === "real" ? <ContactSearch onChoose={(contact) => void commands.test(contact)} /> : <InventPerson />}
    </Dialog>
  );
}
