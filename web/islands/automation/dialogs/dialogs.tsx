/** Which dialog stands above the editor. */
import { MailDialog } from "../email/mail-dialog";
import type { Dialog } from "../ui";
import { PublishDialog } from "./publish";
import { RemoveSplitDialog } from "./remove-split";
import { PersonDialog } from "./person";
import { ReleaseDialog } from "./release";
import { ArchiveDialog, FindDialog, KeysDialog } from "./small";

export default function Dialogs({ dialog }: { dialog: Dialog }) {
  switch (dialog.type) {
    case "publish":
      return <PublishDialog />;
    case "remove_split":
      return <RemoveSplitDialog id={dialog.id} />;
    case "release":
      return <ReleaseDialog />;
    case "archive":
      return <ArchiveDialog />;
    case "person":
      return <PersonDialog />;
    case "find":
      return <FindDialog />;
    case "keys":
      return <KeysDialog />;
    case "mail":
      return <MailDialog id={dialog.id} parameter={dialog.parameter} />;
  }
}
