/** The frame that every panel at the side shares: heading, body, foot; a sheet from below on phones. */
import type { ReactNode } from "react";

import { useEditor } from "../context";
import { IconButton, Tile } from "../parts";

interface FrameProps {
  label: string;
  kind: string;
  title: string;
  tone?: string;
  icon?: string;
  className?: string;
  children: ReactNode;
  footer?: ReactNode;
}

export function PanelFrame({ label, kind, title, tone, icon, className = "", children, footer }: FrameProps) {
  const { commands } = useEditor();
  return (
    <aside className={`ae-panel ${className}`} aria-label={label}>
      <header className="ae-panel-head">
        {tone && icon && <Tile tone={tone} icon={icon} />}
        <div className="ae-panel-titles">
          <span>{kind}</span>
          <h2 title={title}>{title}</h2>
        </div>
        <IconButton label="Close" icon="x" onClick={() => commands.closePanel()} />
      </header>
      <div className="ae-panel-body">{children}</div>
      {footer && <footer className="ae-panel-foot">{footer}</footer>}
    </aside>
  );
}
