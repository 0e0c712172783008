/** The e-mail's own editor: what is written on the left, what arrives on the right. */
import { useRef, useState } from "react";
import type { RefObject } from "react";

import { messageOf } from "../api";
import type { Mail } from "../api";
import { useEditor } from "../context";
import { ContactSearch } from "../contact-search";
import { setParameter } from "../edits";
import { Row } from "../fields/row";
import { DetailMenu, TemplateInput } from "../fields/template";
import { useFirstFocus } from "../hooks";
import { Menu } from "../menu";
import { contactName } from "../names";
import { Button, Dialog, Segments } from "../parts";
import { icon } from "../icon";
import type { Contact, MailProblem } from "../types";
import { stepTitle } from "../words";
import { BLOCKS, LAYOUT, isMjml, placeBlock } from "./blocks";
import { mailOf } from "./mail";
import { MailFrame, usePreview } from "./preview";
import type { Previewed } from "./preview";
import { Source, selectLine } from "./source";

interface WriteProps {
  mail: Mail;
  parameter: string;
  set: (name: string, value: string) => void;
  problems: MailProblem[];
}

interface ToolsProps {
  box: RefObject<HTMLTextAreaElement | null>;
  source: string;
  onChange: (source: string) => void;
}

function SourceTools({ box, source, onChange }: ToolsProps) {
  const add = (index: number) => {
    const placed = placeBlock(source, box.current?.selectionStart ?? source.length, BLOCKS[index]!);
    onChange(placed.source);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(placed.from, placed.to);
    });
  };
  const blocks = BLOCKS.map(({ label, icon: symbol }, index) => ({
    label,
    icon: symbol,
    run: () => add(index),
  }));
  return (
    <div className="ae-source-tools">
      <span className="ae-label">E-mail</span>
      <span className="ae-spring" />
      {!source.trim() && (
        <Button look="quiet" icon="template" onClick={() => onChange(LAYOUT)}>
          Start with a simple layout
        </Button>
      )}
      {isMjml(source) && (
        <Menu label="Insert a block" icon="layout-grid-add" text="Insert a block" actions={() => blocks} />
      )}
      <DetailMenu text="Insert a detail" box={box} onInsert={onChange} />
    </div>
  );
}

function MailProblems({ problems, onGo }: { problems: MailProblem[]; onGo: (line: number) => void }) {
  if (!problems.length) return null;
  return (
    <ul className="ae-mail-problems" aria-label="What could be better in this e-mail">
      {problems.map(({ line, message, severity = "error" }, index) => (
        <li key={index} className={`ae-mail-${severity}`}>
          {severity === "error" ? icon("alert-triangle") : icon("info-circle")}
          {line > 0 ? (
            <button type="button" className="ae-text-button" onClick={() => onGo(line)}>
              Line {line}: {message}
            </button>
          ) : (
            <span>{message}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Write({ mail, parameter, set, problems }: WriteProps) {
  const { editable } = useEditor();
  const box = useRef<HTMLTextAreaElement>(null);
  return (
    <fieldset className="ae-mail-write" disabled={!editable}>
      <legend className="ae-hidden">What is written</legend>
      <Row label="Subject">
        {(wiring) => (
          <TemplateInput wiring={wiring} value={mail.subject} onChange={(text) => set("subject", text)} />
        )}
      </Row>
      <Row label="Preview text" help="Shown after the subject in most inboxes." optional>
        {(wiring) => (
          <TemplateInput wiring={wiring} value={mail.preheader} onChange={(text) => set("preheader", text)} />
        )}
      </Row>
      {editable && <SourceTools box={box} source={mail.body} onChange={(source) => set(parameter, source)} />}
      {editable && (
        <p className="ae-quiet">Just write: plain text works too, and Mainspring lays it out.</p>
      )}
      <Source
        box={box}
        value={mail.body}
        readOnly={!editable}
        problems={problems}
        onChange={(source) => set(parameter, source)}
      />
      <MailProblems problems={problems} onGo={(line) => selectLine(box.current, line)} />
    </fieldset>
  );
}

type Screen = "desktop" | "phone";
const WIDTHS: Record<Screen, number> = { desktop: 640, phone: 375 };

interface ReadProps {
  previewed: Previewed;
  contact: Contact | null;
  onContact: (contact: Contact | null) => void;
}

function Read({ previewed: { preview, message, stale }, contact, onContact }: ReadProps) {
  const { phone } = useEditor();
  const [screen, setScreen] = useState<Screen>(phone ? "phone" : "desktop");
  const [choosing, setChoosing] = useState(false);
  const choose = (chosen: Contact | null) => {
    onContact(chosen);
    setChoosing(false);
  };
  return (
    <div className="ae-mail-read">
      <div className="ae-mail-tools">
        <Button look="quiet" icon="user" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
          <span>As seen by {contact ? contactName(contact) : "an example person"}</span>
        </Button>
        <span className="ae-spring" />
        <Segments<Screen>
          label="Width of the preview"
          value={screen}
          options={[
            { value: "desktop", label: "Desktop", icon: "device-desktop" },
            { value: "phone", label: "Phone", icon: "device-mobile" },
          ]}
          onChange={setScreen}
        />
      </div>
      {choosing && (
        <div className="ae-mail-choosing">
          <ContactSearch onChoose={choose} />
          {contact && <Button onClick={() => choose(null)}>Back to an example person</Button>}
        </div>
      )}
      <div className={`ae-mail-stage ${stale ? "ae-stale" : ""}`}>
        <div className={`ae-mail-paper ae-mail-${screen}`}>
          <p className="ae-mail-subject">{preview?.subject || "No subject yet"}</p>
          {message ? (
            <p className="ae-bad" role="alert">
              {message}
            </p>
          ) : (
            preview && <MailFrame html={preview.html} title="Preview of the e-mail" width={WIDTHS[screen]} />
          )}
        </div>
      </div>
    </div>
  );
}

interface TestProps {
  mail: Mail;
  contact: Contact | null;
}

function TestForm({ mail, contact }: TestProps) {
  const { api, setting } = useEditor();
  const [to, setTo] = useState(setting.email);
  const [said, setSaid] = useState("");
  const input = useFirstFocus<HTMLInputElement>();
  const send = async () => {
    setSaid("Sending…");
    const sending = api.sendTestMail(mail, to, contact?.id ?? null).then(() => `On its way to ${to}.`);
    setSaid(await sending.catch(messageOf));
  };
  return (
    <form
      className="ae-row ae-send-test"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        className="ae-input"
        type="email"
        required
        ref={input}
        aria-label="Send the test to"
        placeholder="you@example.com"
        value={to}
        onChange={(event) => setTo(event.target.value)}
      />
      <button type="submit" className="ae-button ae-button-plain">
        Send
      </button>
      <span role="status" className="ae-quiet">
        {said}
      </span>
    </form>
  );
}

function SendTest(props: TestProps) {
  const [open, setOpen] = useState(false);
  if (open) return <TestForm {...props} />;
  return (
    <Button icon="send" onClick={() => setOpen(true)}>
      Send me a test
    </Button>
  );
}

export function MailDialog({ id, parameter }: { id: string; parameter: string }) {
  const { commands, definition, speaker, phone } = useEditor();
  const [contact, setContact] = useState<Contact | null>(null);
  const [side, setSide] = useState<"write" | "read">("write");
  const step = definition.nodes[id];
  const mail = mailOf(step, parameter);
  const previewed = usePreview(mail, contact?.id ?? null);
  if (!step) return null;
  const set = (name: string, value: string) =>
    commands.edit((drawn) => setParameter(drawn, id, name, value || undefined), `${id}.${name}`);
  const close = () => commands.closeDialog();
  return (
    <Dialog
      title={stepTitle(step, speaker)}
      size="full"
      onClose={close}
      extra={
        phone ? (
          <Segments
            label="Side"
            value={side}
            options={[
              { value: "write", label: "Write", icon: "pencil" },
              { value: "read", label: "Preview", icon: "eye" },
            ]}
            onChange={setSide}
          />
        ) : undefined
      }
      footer={
        <>
          <SendTest mail={mail} contact={contact} />
          <span className="ae-spring" />
          <Button look="primary" onClick={close}>
            Done
          </Button>
        </>
      }
    >
      <div className="ae-mail-editor">
        {(!phone || side === "write") && (
          <Write mail={mail} parameter={parameter} set={set} problems={previewed.preview?.problems ?? []} />
        )}
        {(!phone || side === "read") && (
          <Read previewed={previewed} contact={contact} onContact={setContact} />
        )}
      </div>
    </Dialog>
  );
}
