/** The mail as one person will see it, from the server that will send it, in a frame that can run nothing. */
import { useEffect, useRef, useState } from "react";

import { messageOf } from "../api";
import type { Mail } from "../api";
import { useEditor } from "../context";
import type { MailPreview } from "../types";

export interface Previewed {
  preview: MailPreview | null;
  message: string;
  stale: boolean;
}

const PAUSE = 350;

/** A mail that cannot be put together (half a tag) keeps its last picture beside the faults. */
function shown(before: Previewed, answer: Partial<Previewed>): Previewed {
  const { preview } = answer;
  const html = preview?.html || before.preview?.html || "";
  return { ...before, ...answer, ...(preview ? { preview: { ...preview, html } } : {}) };
}

export function usePreview(mail: Mail, contactId: string | null): Previewed {
  const { api } = useEditor();
  const [previewed, setPreviewed] = useState<Previewed>({ preview: null, message: "", stale: true });
  const latest = useRef(0);
  const { subject, preheader, body } = mail;
  useEffect(() => {
    const run = ++latest.current;
    setPreviewed((before) => ({ ...before, stale: true }));
    const timer = setTimeout(async () => {
      const answer = await api
        .previewMail({ subject, preheader, body }, contactId)
        .then((preview) => ({ preview, message: "", stale: false }))
        .catch((fault: unknown) => ({ message: messageOf(fault), stale: false }));
      if (run === latest.current) setPreviewed((before) => shown(before, answer));
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [api, subject, preheader, body, contactId]);
  return previewed;
}

interface FrameProps {
  html: string;
  title: string;
  width: number;
  className?: string;
}

/** `sandbox=""`: no scripts, no forms, no way out. */
export function MailFrame({ html, title, width, className = "" }: FrameProps) {
  return (
    <iframe
      className={`ae-mail-frame ${className}`}
      sandbox=""
      srcDoc={html}
      title={title}
      style={{ width }}
    />
  );
}
