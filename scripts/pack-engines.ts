/**
 * @file Packs the playground's engines where the package is made (`npm pack`, `npm publish`); elsewhere it does nothing. 41 of the
 * package's 50 MB would be theirs. The server (`web/page-files.ts`) sends them packed, or unpacks them.
 *
 *   npm_command=pack node scripts/pack-engines.ts        ten seconds
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { BUILT_PLAY } from "../src/web/built-page.ts";

/** The highest, 11, takes minutes. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };

if (/^(pack|publish)$/.test(process.env["npm_command"] ?? "")) {
  const folder = join(BUILT_PLAY, "assets");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".wasm"))) {
    writeFileSync(
      join(folder, `${name}.br`),
      brotliCompressSync(readFileSync(join(folder, name)), { params }),
    );
    rmSync(join(folder, name));
  }
}
