/** What is on the screen before the automation is: its outline in grey, or why it could not be loaded. */
import { icon } from "./icon";
import { Button } from "./parts";

function Bar({ back, title }: { back: string; title: string }) {
  return (
    <header className="ae-top">
      <a className="ae-icon-button" href={back} aria-label="Back to automations">
        {icon("arrow-left")}
      </a>
      <h1 className="ae-title">{title}</h1>
    </header>
  );
}

export function Skeleton({ back }: { back: string }) {
  return (
    <div className="ae-root" aria-busy="true">
      <Bar back={back} title="Automation" />
      <div className="ae-skeleton" role="status">
        <span className="ae-hidden">Loading the automation…</span>
        {[150, 106, 68, 106].map((height, index) => (
          <div key={index} className="ae-skeleton-card" style={{ height }} />
        ))}
      </div>
    </div>
  );
}

interface FailedProps {
  back: string;
  message: string;
  onRetry: () => void;
}

export function Failed({ back, message, onRetry }: FailedProps) {
  return (
    <div className="ae-root">
      <Bar back={back} title="Automation" />
      <div className="ae-empty" role="alert">
        <span className="ae-empty-icon">{icon("plug-connected-x")}</span>
        <h2>This automation could not be opened</h2>
        <p>{message}</p>
        <div className="ae-row">
          <Button look="primary" icon="refresh" onClick={onRetry}>
            Try again
          </Button>
          <a className="ae-button ae-button-plain" href={back}>
            Back to automations
          </a>
        </div>
      </div>
    </div>
  );
}
