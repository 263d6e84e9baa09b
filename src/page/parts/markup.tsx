/**
 * @file Drawings and tables of the report room in the page: text that is HTML already.
 *
 * The report room escapes all that comes from outside (`report/html/escape.ts`), and the server's policy runs no
 * script of a document.
 */

import type { JSX } from "preact";

/** HTML or SVG that the report room wrote. */
export const Written = ({ text, name }: { readonly text: string; readonly name: string }): JSX.Element => (
  <div class={name} dangerouslySetInnerHTML={{ __html: text }} />
);
