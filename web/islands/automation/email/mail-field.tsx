/** The e-mail in the inspector: a small picture of it, its subject, and the way into its editor. */
import { useEditor } from "../context";
import { Wrong } from "../fields/row";
import type { WidgetProps } from "../fields/widgets";
import { Button } from "../parts";
import { templateWords } from "../words";
import { MailFrame, usePreview } from "./preview";
import { mailOf } from "./mail";

const PICTURE_WIDTH = 600;

export function MailField({ field, problem, step }: WidgetProps) {
  const { commands, definition, editable } = useEditor();
  const mail = mailOf(definition.nodes[step ?? ""], field.name);
  const { preview } = usePreview(mail, null);
  const open = () => step && commands.open({ type: "mail", id: step, parameter: field.name });
  return (
    <div className="ae-field">
      <div className="ae-mail-card">
        <div className="ae-mail-picture" aria-hidden="true">
          {preview && (
            <MailFrame html={preview.html} title="Small picture of the e-mail" width={PICTURE_WIDTH} />
          )}
        </div>
        <div className="ae-mail-words">
          <strong>{templateWords(mail.subject) || "No subject yet"}</strong>
          <span>{mail.body ? templateWords(mail.preheader) : "Nothing is written yet"}</span>
          <Button onClick={open}>{editable ? "Edit e-mail" : "View e-mail"}</Button>
        </div>
      </div>
      <Wrong id={`${step}-${field.name}`} problem={problem} />
    </div>
  );
}
