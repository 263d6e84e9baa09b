/**
 * @file What is shown of a document that is being loaded, or could not be.
 */

import type { ComponentChildren, JSX } from "preact";
import type { Resource } from "../resource.ts";

/** A document once it is there; before, that it is loading or why it is not there. */
export function Await<T>({
  resource,
  what,
  children,
}: {
  readonly resource: Resource<T>;
  /** What is loaded: `the trials`. */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}): JSX.Element {
  const { data, error, reload } = resource;
  if (data !== null) {
    return (
      <>
        {error !== null && <Failed what={what} error={error} reload={reload} isOld />}
        {children(data)}
      </>
    );
  }
  if (error !== null) return <Failed what={what} error={error} reload={reload} />;
  return (
    <p class="loading" role="status">
      Loading {what} …
    </p>
  );
}

function Failed({
  what,
  error,
  reload,
  isOld = false,
}: {
  readonly what: string;
  readonly error: string;
  readonly reload: () => void;
  readonly isOld?: boolean;
}): JSX.Element {
  return (
    <div class="notice bad" role="alert">
      <p>
        Could not load {what}
        {isOld && " anew; what is below is older"}: {error}
      </p>
      <button type="button" onClick={reload}>
        Load again
      </button>
    </div>
  );
}

/** There is nothing to show, and why. */
export const Empty = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <p class="empty">{children}</p>
);
