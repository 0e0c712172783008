/** What the person must know before anything else: a test that runs, an old version on the screen, somebody else's change. */
import { useState } from "react";

import { useEditor } from "./context";
import { day, initials } from "./format";
import { icon } from "./icon";
import { Button, Notice, Spinner } from "./parts";
import { stepTitle } from "./words";
import { contactName } from "./names";

function SendThese() {
  const { ui, commands, setting } = useEditor();
  const [sending, setSending] = useState(false);
  const { trail, contact } = ui.test!;
  if (!trail?.mails.length || !setting.email) return null;
  const send = async () => {
    setSending(true);
    await commands.sendThese(trail.mails, contact, setting.email);
    setSending(false);
  };
  return (
    <Button icon="send" disabled={sending} onClick={() => void send()}>
      {sending ? "Sending…" : "Send me these messages now"}
    </Button>
  );
}

function TestBanner() {
  const { ui, commands } = useEditor();
  const { contact, state, message, trail } = ui.test!;
  const name = contactName(contact);
  return (
    <div className="ae-banner ae-banner-test" role="status">
      <span className="ae-avatar" aria-hidden="true">
        {initials(name)}
      </span>
      <div className="ae-banner-words">
        <strong>
          {name}
          {contact.invented && " (invented)"}
        </strong>
        {state === "running" && <Spinner label="Working out the way…" />}
        {state === "done" && <span>{trail?.summary}</span>}
        {state === "failed" && <span className="ae-bad">{message}</span>}
      </div>
      <div className="ae-row ae-banner-actions">
        <SendThese />
        <Button onClick={() => commands.open({ type: "person" })}>Change person</Button>
      </div>
    </div>
  );
}

function ViewingBanner() {
  const { ui, commands, setting } = useEditor();
  const { number, name, published_at } = ui.viewing!;
  const published = `published ${day(published_at, setting.zone)}`;
  return (
    <div className="ae-banner" role="status">
      {icon("history")}
      <div className="ae-banner-words">
        <strong>You are looking at version {number}</strong>
        <span>{name ? `${name}, ${published}` : `As it was ${published}`}. Nothing can be changed here.</span>
      </div>
      <Button onClick={() => commands.look(null)}>Back to the draft</Button>
    </div>
  );
}

function MovingBanner() {
  const { ui, commands, definition, speaker } = useEditor();
  const step = definition.nodes[ui.moving!];
  return (
    <div className="ae-banner" role="status">
      {icon("arrows-move")}
      <div className="ae-banner-words">
        <strong>Where should “{step ? stepTitle(step, speaker) : ""}” go?</strong>
        <span>Press “Move here” on a line.</span>
      </div>
      <Button onClick={() => commands.stopMoving()}>Cancel</Button>
    </div>
  );
}

function AddingBanner() {
  const { ui, commands, speaker } = useEditor();
  return (
    <div className="ae-banner" role="status">
      {icon("hand-click")}
      <div className="ae-banner-words">
        <strong>Where should “{speaker.vocabulary.step(ui.adding!).title}” go?</strong>
        <span>Drop it on a line, or press “Add here”.</span>
      </div>
      <Button onClick={() => commands.stopAdding()}>Cancel</Button>
    </div>
  );
}

function ConflictBanner() {
  const { store } = useEditor();
  return (
    <Notice tone="warn" role="alert">
      <p>
        <strong>Somebody else changed this automation.</strong> Your last changes are not saved.
      </p>
      <div className="ae-row">
        <Button onClick={() => void store.takeTheirs()}>Load their version</Button>
        <Button onClick={() => void store.keepMine().catch(() => undefined)}>Keep mine instead</Button>
      </div>
    </Notice>
  );
}

function RefusedBanner({ message }: { message: string }) {
  const { store } = useEditor();
  return (
    <Notice tone="bad" role="alert">
      <p>
        <strong>Your last changes are not saved.</strong> {message}
      </p>
      <Button onClick={() => void store.flush()}>Try again</Button>
    </Notice>
  );
}

function HeldBanner() {
  return (
    <Notice tone="warn">
      <strong>On hold.</strong> Everybody stays where they are and nothing is sent until you release it.
    </Notice>
  );
}

export function Banner() {
  const { ui, state } = useEditor();
  const { save, facts } = state;
  const sorrow =
    save.kind === "conflict" ? (
      <ConflictBanner />
    ) : save.kind === "refused" ? (
      <RefusedBanner message={save.message} />
    ) : null;
  const focus = ui.test ? (
    <TestBanner />
  ) : ui.viewing ? (
    <ViewingBanner />
  ) : ui.moving ? (
    <MovingBanner />
  ) : ui.adding && !ui.dragging ? (
    <AddingBanner />
  ) : null;
  const held = facts.state === "held" && !focus && !sorrow ? <HeldBanner /> : null;
  if (!sorrow && !focus && !held) return null;
  return (
    <div className="ae-banners">
      {sorrow}
      {focus}
      {held}
    </div>
  );
}
