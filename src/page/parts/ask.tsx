/**
 * @file Dialogs, and actions that ask before they act.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ActionAnswer } from "../../web/api.ts";
import { postJson, sayError } from "../fetch-json.ts";

/** A dialog that is open as long as it is shown. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** A button that asks before it posts. */
export function Ask({
  label,
  question,
  consequence,
  path,
  onDone,
}: {
  readonly label: string;
  readonly question: string;
  /** What will happen. */
  readonly consequence: string;
  readonly path: string;
  readonly onDone: (answer: ActionAnswer) => void;
}): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const close = (): void => {
    setAsking(false);
    setError(null);
  };
  const act = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onDone(await postJson<ActionAnswer>(path));
      close();
    } catch (problem) {
      setError(sayError(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        {label} …
      </button>
      {isAsking && (
        <Dialog title={question} onClose={close}>
          <p>{consequence}</p>
          {error && (
            <p class="bad" role="alert">
              {error}
            </p>
          )}
          <div class="buttons">
            <button type="button" onClick={close}>
              No, leave it
            </button>
            <button type="button" class="strong" disabled={isBusy} onClick={() => void act()}>
              {isBusy ? "Asking …" : `Yes, ${label.toLowerCase()}`}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
