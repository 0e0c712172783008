/** The short questions: which step to find, which keys there are, whether to end it. */
import { useEditor } from "../context";
import { people } from "../format";
import { KEY_LIST } from "../keys";
import { OptionList } from "../option-list";
import { Button, Dialog } from "../parts";
import { triggerSaid, stepSaid } from "../words";

const START = "start";

export function FindDialog() {
  const { commands, definition, speaker } = useEditor();
  const { vocabulary } = speaker;
  const start = triggerSaid(definition.entry.trigger, speaker);
  const steps = Object.entries(definition.nodes).map(([id, step]) => {
    const { title, detail } = stepSaid(step, speaker);
    const kind = vocabulary.step(step.kind);
    return {
      key: `step:${id}`,
      title,
      help: `${kind.title} · ${detail}`,
      icon: kind.icon,
      tone: vocabulary.toneOf(step.kind),
    };
  });
  const trigger = { key: START, title: start.title, help: "Start", icon: "bolt", tone: "trigger" };
  const choose = (key: string) => {
    commands.closeDialog();
    commands.select({ step: key === START ? null : key.slice("step:".length) });
  };
  return (
    <Dialog title="Find a step" size="small" onClose={() => commands.closeDialog()}>
      <OptionList
        label="Find a step"
        placeholder="What it is called, or what it does"
        groups={[{ title: "Steps", options: [trigger, ...steps] }]}
        onChoose={choose}
      />
    </Dialog>
  );
}

export function KeysDialog() {
  const { commands } = useEditor();
  return (
    <Dialog title="Keyboard shortcuts" size="small" onClose={() => commands.closeDialog()}>
      <dl className="ae-keys">
        {KEY_LIST.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

export function ArchiveDialog() {
  const { commands, store, state } = useEditor();
  const inside = state.numbers?.inside ?? 0;
  const archive = () => void commands.attempt(() => store.archive(), "Archived.");
  return (
    <Dialog
      title="Archive this automation"
      size="small"
      onClose={() => commands.closeDialog()}
      footer={
        <>
          <span className="ae-spring" />
          <Button onClick={() => commands.closeDialog()}>Cancel</Button>
          <Button look="primary" icon="archive" onClick={archive}>
            Archive
          </Button>
        </>
      }
    >
      <p>
        Nobody comes in any more{inside ? `, and the ${people(inside)} inside leave at once` : ""}. Its
        numbers and versions are kept.
      </p>
    </Dialog>
  );
}
