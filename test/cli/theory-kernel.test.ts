import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { theoryResultSchema } from "../../src/theory/theory-result.ts";
import { shatterHere } from "./shatter.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-kernel-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kernel = (line: string) =>
  shatterHere(["theory", "kernel", ...line.split(" "), "--quiet"], { cwd: folder });

const documentOf = (name: string) =>
  theoryResultSchema.parse(JSON.parse(readFileSync(join(folder, name, "result.json"), "utf8")));

describe("shatter theory kernel", () => {
  /** More than one row of tiles, and a point of the curve. */
  const shapes = "--data shapes --n 1100 --test-n 200 --bandwidth 0.005 --no-interpolants";

  test("fits every label, true and random, and says what generalises", async () => {
    const { code, stdout } = await kernel(`${shapes} --out shapes`);
    expect(code).toBe(0);
    expect(stdout).toContain("it fits every label and errs on");
    const { numbers, plots, tables } = documentOf("shapes");
    expect(numbers).toMatchObject({ n: 1100, testN: 200, trainErrors: 0, randomTrainErrors: 0 });
    expect(numbers["residual"]).toBeLessThan(1e-8);
    expect(numbers["randomResidual"]).toBeLessThan(1e-8);
    // Shapes are of ten classes: chance is 90 %, and five sigma of 200 draws are less than 11 points.
    expect(numbers["testError"]).toBeLessThan(0.79);
    expect(Math.abs((numbers["randomTestError"] as number) - 0.9)).toBeLessThan(0.11);
    expect(numbers["randomNorm"]).toBeGreaterThan(numbers["norm"] as number);
    expect(plots.map(({ name }) => name)).toEqual(["kernel-error", "kernel-norm", "kernel-residual"]);
    expect(tables.map(({ name }) => name)).toEqual(["errors", "class-norms", "work"]);
    expect(readFileSync(join(folder, "shapes", "index.html"), "utf8")).toContain("Norm of the solution");
  });

  test("solves in less memory than the factor takes, and comes to the same errors and norm", async () => {
    await kernel(`${shapes} --no-curve --solver cg --format json --out part`);
    const [whole, part] = [documentOf("shapes").numbers, documentOf("part").numbers];
    expect(part["testErrors"]).toBe(whole["testErrors"]);
    expect((part["norm"] as number) / (whole["norm"] as number)).toBeCloseTo(1, 7);
    expect(documentOf("part").settings["solver"]).toBe("cg");
  });

  test("finds that what does not generalise has the larger norm", async () => {
    await kernel("--data shapes --n 200 --test-n 50 --format json --out interpolants");
    const { numbers, tables } = documentOf("interpolants");
    expect(numbers["forcedNorm"]).toBeGreaterThan(numbers["leastNorm"] as number);
    expect(numbers["elsewhereNorm"]).toBeGreaterThan(numbers["leastNorm"] as number);
    expect(tables.map(({ name }) => name)).toEqual(["errors", "class-norms", "interpolants", "work"]);
  });

  test("gives the same numbers again, but for seconds and memory", async () => {
    const line =
      "--data gaussian --d 30 --n 300 --test-n 50 --bandwidth 0.01 --no-interpolants --format json --threads 1";
    await kernel(`${line} --out first`);
    await kernel(`${line} --out second`);
    const strip = (name: string) => {
      const { numbers, findings, plots } = documentOf(name);
      const { factorSeconds, solveSeconds, testSeconds, peakBytes, ...rest } = numbers;
      expect([factorSeconds, solveSeconds, testSeconds, peakBytes].every((value) => Number(value) > 0)).toBe(
        true,
      );
      return { rest, findings, plots };
    };
    expect(strip("first")).toEqual(strip("second"));
  });

  test("solves on random filters, with l2 and without, and goes on from the matrix it keeps", async () => {
    const line =
      "--data shapes --n 150 --test-n 40 --features random-conv --no-interpolants --format json --gram gram";
    const { code } = await kernel(`${line} --filters 8,16 --l2 0,1 --out few`);
    expect(code).toBe(0);
    const { numbers, settings } = documentOf("few");
    expect(numbers["filters"]).toEqual([8, 16]);
    expect(settings["l2"]).toBe("0,1");
    expect(numbers["trainErrors"]).toBe(0);
    const again = await kernel(`${line} --filters 8,16 --l2 0,1 --out again`);
    expect(again.code).toBe(0);
    expect(documentOf("again").numbers["testErrorAt"]).toEqual(numbers["testErrorAt"]);
    // What was solved with other settings is not taken for an answer.
    await kernel(`${line} --filters 8,16 --l2 2 --out other`);
    const other = documentOf("other");
    expect(other.tables[0]!.rows.map(({ l2, filters }) => [l2, filters])).toEqual([
      [{ text: 2 }, { text: 16 }],
      [{ text: 2 }, { text: 16 }],
    ]);
    expect(other.notes[0]).toContain("Not solved at 8 filters");
  });

  test.each([
    ["--bandwidth 0", "--bandwidth"],
    ["--kernel gausian", 'unknown kernel "gausian"; did you mean "gaussian"?'],
    ["--l2 -1", "expected a number in"],
    ["--data gaussian --d 5 --n 20 --kernel linear", "is singular, its rank is at most 5"],
    ["--data gaussian --d 1 --n 4 --kernel polynomial --degree 2", "is singular, its rank is at most 3"],
    ["--data shapes --features gabor", "--data mnist, whose gray images the bank is for"],
    ["--data shapes --n 300 --features random-conv --kernel linear", "standardized features have a singular"],
    ["--data gaussian --n 9000 --memory 0.8 --solver cholesky", "would fit, --solver cg takes less"],
    ["--data gaussian --n 60000 --d 10 --memory 0.6", "lower --n, or raise --memory"],
    ["--n 0", 'expected a whole number of at least 1, got "0"'],
    ["--solver lu", 'unknown solver "lu"'],
  ])("refuses %s", async (line, message) => {
    const { code, stderr } = await kernel(line);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test("takes one example of one value", async () => {
    const { code } = await kernel(
      "--data gaussian --n 1 --d 1 --test-n 3 --bandwidth 1 --format json --out one",
    );
    expect(code).toBe(0);
    expect(documentOf("one").numbers["trainErrors"]).toBe(0);
  });

  test("says which training examples are equal", async () => {
    // An MNIST of two equal images with different labels.
    const data = join(folder, "data", "mnist");
    mkdirSync(data, { recursive: true });
    const idx = (header: readonly number[], values: Uint8Array): Buffer => {
      const words = Buffer.alloc(4 * header.length);
      for (const [at, word] of header.entries()) words.writeUInt32BE(word, 4 * at);
      return Buffer.concat([words, values]);
    };
    const images = (count: number): Buffer => idx([2051, count, 28, 28], new Uint8Array(count * 784).fill(7));
    const labels = (values: readonly number[]): Buffer => idx([2049, values.length], Uint8Array.from(values));
    writeFileSync(join(data, "train-images-idx3-ubyte"), images(2));
    writeFileSync(join(data, "train-labels-idx1-ubyte"), labels([3, 5]));
    writeFileSync(join(data, "t10k-images-idx3-ubyte"), images(1));
    writeFileSync(join(data, "t10k-labels-idx1-ubyte"), labels([3]));
    const line = `--data mnist --n 2 --test-n 1 --data-dir ${join(folder, "data")} --format json`;
    const { code, stderr } = await kernel(line);
    expect(stderr).toContain(
      "training examples 0 and 1 are equal, but their labels are 3 and 5: no function fits both",
    );
    expect(code).toBe(1);
    expect((await kernel(`${line} --l2 0.1 --no-interpolants --out ridge`)).code).toBe(0);
  });
});
