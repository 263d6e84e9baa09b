/**
 * @file The examples that a page has without a server: those that come with Shatter, and those that are drawn.
 */

import { UsageError } from "../base/errors.ts";
import type { Splits } from "../data/dataset.ts";
import { partOf } from "../data/subset.ts";
import type { LibraryOptions } from "../run/subject.ts";

/** Read or draw a dataset, whole or a part of it, uncropped. */
export const loadHere: LibraryOptions["load"] = async (known, { n, testN }): Promise<Splits> => {
  if (known.kind === "included") return partOf(await known.read(), { n, testN });
  if (known.kind === "drawn") return known.draw(n ?? known.train, testN ?? known.test);
  throw new UsageError(`${known.name}: expected a dataset without files, which a page has none of`);
};
