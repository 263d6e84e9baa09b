import { expect, test } from "vitest";
import { withFlags } from "../../src/cli/flags.ts";

test.each([
  ["use `lastBatch` drop", "use --last-batch drop"],
  ["`l2`: expected a number, with `kernel` linear", "--l2: expected a number, with --kernel linear"],
  ["`rate`: expected a number above 0, got 0", "--lr: expected a number above 0, got 0"],
  [
    "`databaseUrl`, or `Shatter`, `--lr 0.1` and `A=1 node x` as they are",
    "--database-url, or `Shatter`, `--lr 0.1` and `A=1 node x` as they are",
  ],
  ["cats/\u001b[2J\u202egpj.exe\r (damaged)\n", "cats/\\u001b[2J\\u202egpj.exe\\u000d (damaged)\n"],
])("%s", (text, told) => {
  expect(withFlags(text)).toBe(told);
});
