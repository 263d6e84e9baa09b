/**
 * @file Prints at the end of a run of tests where its time went: the slowest twenty files, and the slowest twenty tests.
 */

import type { Reporter, TestModule } from "vitest/node";

const COUNT = 20;

/** Less is no news, in milliseconds. */
const LEAST_MS = 500;

export default class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.map((file) => ({
      name: file.relativeModuleId,
      ms: file.diagnostic().duration + file.diagnostic().setupDuration + file.diagnostic().collectDuration,
    }));
    const tests = modules.flatMap((file) =>
      [...file.children.allTests()].map((test) => ({
        name: `${file.relativeModuleId} > ${test.fullName}`,
        ms: test.diagnostic()?.duration ?? 0,
      })),
    );
    print("files", files);
    print("tests", tests);
  }
}

function print(what: string, all: readonly { readonly name: string; readonly ms: number }[]): void {
  const slow = all.filter(({ ms }) => ms >= LEAST_MS).toSorted((a, b) => b.ms - a.ms);
  if (slow.length === 0) return;
  const lines = slow
    .slice(0, COUNT)
    .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
  process.stdout.write(`\nThe slowest ${what}:\n${lines.join("\n")}\n`);
}
