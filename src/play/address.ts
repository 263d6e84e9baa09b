/**
 * @file The address of the playground, and how it is changed.
 */

import { changeAddress, useAddressBar } from "../page/address-bar.ts";
import { type PageName, type PlayState, type ReadAddress, readHash, writeHash } from "./state.ts";

/** Go to a page with what is set; `replace` leaves no step for the back button. */
export const go = (page: PageName, state: PlayState, options?: { readonly replace?: boolean }): void =>
  changeAddress(writeHash(page, state), options);

const read = (): ReadAddress => readHash(location.hash);

/** What the address says, anew whenever it changes. */
export const usePlayAddress = (): ReadAddress => useAddressBar(read);
