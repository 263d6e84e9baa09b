/**
 * @file What to run where nobody trains.
 */

import type { JSX } from "preact";
import type { LabAnswer } from "../../web/api.ts";

/** How training is begun, as sentences. */
export const HowToWork = ({ lab: { isShared, where } }: { readonly lab: LabAnswer }): JSX.Element =>
  isShared ? (
    <>
      <code>shatter worker</code> trains it, on any machine, with the address of this database in{" "}
      <code>$DATABASE_URL</code>.
    </>
  ) : (
    <>
      A lab in a folder is open in one process at a time, and this one only shows it: end it, and run{" "}
      <code>shatter serve --work{folderOption(where)}</code> in its place.
    </>
  );

/** The option that names a lab which is not where labs usually are. */
const folderOption = (where: string): string => {
  const folder = where.replace(/^lab /, "");
  return folder === "shatter-lab" ? "" : ` --lab ${folder}`;
};

/** Says that nobody trains what is started; nothing where somebody does. */
export const NoWorker = ({ lab }: { readonly lab: LabAnswer }): JSX.Element | null =>
  lab.isWorking || lab.workers > 0 ? null : (
    <p class="notice">
      No worker is here, so what is started waits. <HowToWork lab={lab} />
    </p>
  );
