/**
 * A process that wants a lab, says whether it got it, and holds it until it is killed.
 *
 *   node test/store/owner.ts <lab>
 */

import { messageOf } from "../../src/base/errors.ts";
import { takeOwnership } from "../../src/store/node/owner.ts";

const says = await takeOwnership(process.argv[2]!).then(() => "mine", messageOf);
process.stdout.write(`${says}\n`);
process.stdin.resume();
