/**
 * @file Model files on disk: all of a model as one piece of bytes, whatever of it lies in files beside.
 */

import { open, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { DataError, GraphError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { type ExternalPlace, inlineExternal } from "../../graph/onnx/external.ts";

/** Most bytes of a model. A lab on a server takes fewer: see `lab/contents.ts`. */
const MOST_BYTES = 2 ** 30;

/**
 * Read a model file, with the tensors that lie in other files of its folder.
 *
 * @throws DataError if it cannot be read, is larger than a GiB, or refers to a file outside its folder.
 */
export async function readModelAt(path: string): Promise<Uint8Array> {
  const fail = (what: string): never => {
    throw new DataError(`model file ${path}: ${what}`);
  };
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : fail("expected a file, got a folder")),
    (error) => fail(whyUnread(error)),
  );
  if (size > MOST_BYTES) fail(`expected at most ${MOST_BYTES} bytes, got ${size}`);
  const bytes = await readFile(path).catch((error) => fail(whyUnread(error)));
  const folder = await realpath(dirname(path));
  let total = size;
  try {
    return await inlineExternal(bytes, async (place) => {
      const part = await readPlace(folder, place, MOST_BYTES - total, fail);
      total += part.length;
      return part;
    });
  } catch (error) {
    return error instanceof GraphError ? fail(error.message) : Promise.reject(error);
  }
}

/** The bytes of a place in a folder. */
async function readPlace(
  folder: string,
  { tensor, location, offset, length }: ExternalPlace,
  most: number,
  failAll: (what: string) => never,
): Promise<Uint8Array> {
  const fail = (what: string): never => failAll(`tensor "${tensor}": ${what}`);
  const isInside = (path: string): boolean => {
    const way = relative(folder, path);
    return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  const place = join(folder, location);
  if (isAbsolute(location) || !isInside(place)) {
    fail(`expected its elements in the folder of the model, got "${location}": files outside are not read`);
  }
  const real = await realpath(place).catch((error) =>
    fail(`its elements in "${location}" cannot be read: ${whyUnread(error)}; put that file beside the model`),
  );
  if (!isInside(real))
    fail(`expected its elements in the folder of the model, but "${location}" is a link out of it`);
  await using file = await open(real, "r");
  const found = await file.stat();
  if (!found.isFile()) fail(`expected a file "${location}", got something else`);
  const count = length ?? found.size - offset;
  if (offset + count > found.size || count < 0) {
    fail(`expected ${offset + count} bytes in "${location}", got ${found.size}; export the model again`);
  }
  if (count > most) fail(`expected at most ${MOST_BYTES} bytes in all; "${location}" has too many`);
  const bytes = new Uint8Array(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await file.read(bytes, done, count - done, offset + done);
    if (bytesRead === 0) fail(`expected ${count} bytes in "${location}", got ${done}`);
    done += bytesRead;
  }
  return bytes;
}
