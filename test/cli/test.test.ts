import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childrenOf, signalAll } from "../../scripts/faults/processes.ts";
import { openLab } from "../../src/lab/open.ts";
import { testJsonSchema, testResultSchema } from "../../src/paper/test-result.ts";
import { emptyLab } from "../store/databases.ts";
import { shatter, shatterHere } from "./shatter.ts";

const SMALL = [
  "test",
  "--data",
  "shapes",
  "--n",
  "200",
  "--test-n",
  "100",
  "--batch",
  "32",
  "--quiet",
  "--no-lab",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("shatter test", () => {
  test("runs a test to its verdict, and writes the document its schema describes", async () => {
    const json = join(folder, "result.json");
    const report = join(folder, "report");
    const inputs = ["--inputs", "true,shuffled,random,gaussian", "--corrupt", "0,0.5,1", "--epochs", "40"];
    const args = [...SMALL, ...inputs, "--json", json, "--report", report];
    const run = await shatter(args, { env: { COLUMNS: "80" } });
    expect(run.stderr).toContain("report: ");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("What was randomized");
    expect(run.stdout).toMatch(
      /^Conformance of the randomizations: \d+ checks hold \(--verbose lists them\)$/m,
    );
    const lines = run.stdout.trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    // What a small terminal shows at the end is the verdict, whole.
    expect(lines.slice(-24)).toContain("Verdict");

    const document = JSON.parse(readFileSync(json, "utf8"));
    const published = JSON.parse(readFileSync(new URL("../../schema/test@1.json", import.meta.url), "utf8"));
    const validate = new Ajv2020({ strict: false }).compile(published);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    const result = testResultSchema.parse(document);
    expect(result.trials).toHaveLength(6);
    expect(result.trials[0]!.touched).toBe("Inputs are true. Labels are true.");
    expect(result.dataset).toMatchObject({
      name: "shapes",
      train: 200,
      test: 100,
      classes: 10,
      shape: [3, 28, 28],
    });
    expect(result.model).toEqual({ name: "mlp-1x512", parameters: 1_209_866 });
    expect(result.verdict.capacity.answer).toBe("memorises");
    expect(result.conformance.every((line) => line.ok)).toBe(true);
    expect(readdirSync(report)).toContain("index.html");
  });

  test("prints the same document twice, but for times", async () => {
    const documents = await Promise.all(
      [1, 2].map(async (threads) => {
        const { stdout } = await shatterHere([
          ...SMALL,
          "--epochs",
          "2",
          "--escalations",
          "1",
          "--json",
          "-",
          "--threads",
          String(threads),
        ]);
        const document = JSON.parse(stdout);
        for (const trial of document.trials) delete trial.seconds;
        return { ...document, provenance: null };
      }),
    );
    expect(documents[0]).toEqual(documents[1]);
  });

  test("trains on augmented images, and says so", async () => {
    const args = ["--epochs", "1", "--escalations", "0", "--corrupt", "0", "--json", "-"];
    const run = await shatterHere([...SMALL, ...args, "--augment", "crop,flip,rotate:12.5"]);
    expect(run.stderr).toBe("");
    const { dataset, recipe, trials } = JSON.parse(run.stdout);
    expect(recipe.augment).toEqual({ crop: true, flip: true, rotation: 12.5 });
    expect(dataset.shape).toEqual([3, 28, 28]);
    expect(trials.map(({ status }: { status: string }) => status)).toEqual(["done"]);
  });

  test("trains by the schedule, optimizer and loss that are asked for, on all examples at once", async () => {
    const asked = {
      "--batch": "all",
      "--optimizer": "adamw",
      "--lr": "0.01",
      "--lr-decay": "cosine",
      "--lr-floor": "0.1",
      "--lr-warmup": "2",
      "--weight-decay": "0.1",
      "--clip-norm": "2",
      "--label-smoothing": "0.2",
      "--epochs": "40",
      "--eval-every": "5",
      // 200 each: 40 steps, of which the trial may take half.
      "--budget": "8000 images",
      "--seeds": "1",
      "--corrupt": "0",
      "--escalations": "0",
      "--json": "-",
    };
    const run = await shatterHere([...SMALL, ...Object.entries(asked).flat()]);
    expect(run.stderr).toBe("");
    const { recipe, trials, verdict } = JSON.parse(run.stdout);
    expect(recipe).toMatchObject({
      batch: "all",
      optimizer: "adamw",
      learningRateDecay: "cosine",
      learningRateFloor: 0.1,
      learningRateWarmup: 2,
      weightDecay: 0.1,
      clipNorm: 2,
      labelSmoothing: 0.2,
      epochs: 20,
    });
    expect(verdict.budget.steps).toBe(40);
    expect(trials[0].steps).toBe(trials[0].epochs);
    expect(trials[0].trainAccuracy).toBeGreaterThan(0.5);
  });

  test.each([
    [["--lr-decay", "cosin"], 'expected "cosine" or a number in (0, 1], got "cosin"'],
    [["--batch", "0"], 'expected "all" or a whole number of at least 1, got "0"'],
    [["--label-smoothing", "1"], 'expected a number in [0, 1), got "1"'],
    [
      ["--lr-warmup", "14", "--epochs", "2"],
      "error: --lr-warmup 14: expected fewer than the 14 steps of 2 epochs",
    ],
  ])("refuses %j", async (args, message) => {
    const run = await shatterHere([...SMALL, ...args]);
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(2);
  });

  test("refuses windows of images that have but one", async () => {
    const folder = new URL("../../../shared/data/mnist", import.meta.url).pathname;
    const data = ["--data", "mnist", "--data-dir", folder, "--n", "100", "--test-n", "50", "--quiet"];
    const run = await shatterHere(["test", ...data, "--augment", "crop", "--no-lab"]);
    expect(run.stderr).toContain("augment crop: expected images larger than 28 x 28, got 28 x 28");
    expect(run.code).toBe(2);
  });

  test("exits with 3 when an expected answer is not given", async () => {
    const run = await shatterHere([...SMALL, "--epochs", "1", "--escalations", "0", "--expect", "memorises"]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('expected "memorises", but the verdict is inconclusive');
  });

  test("reports a diverged trial as a result", async () => {
    const run = await shatterHere([
      ...SMALL,
      "--epochs",
      "3",
      "--lr",
      "1e6",
      "--corrupt",
      "0",
      "--json",
      "-",
    ]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).trials[0]).toMatchObject({ status: "diverged", trainLoss: null });
  });
});

describe("shatter test, on bad input,", () => {
  test.each([
    [["--model", "mlp1x512"], 2, 'did you mean "mlp-1x512"?'],
    [["--data", "shape"], 2, 'did you mean "shapes"?'],
    [["--corrupt", "1.5"], 2, 'expected a number in [0, 1], got "1.5"'],
    [["--corrupt", "NaN"], 2, 'expected a number in [0, 1], got "NaN"'],
    [["--inputs", "shufled"], 2, 'did you mean "shuffled"?'],
    [["--inputs", "random", "--corrupt", "1"], 2, 'add "true" to --inputs'],
    [["--epochs", "0"], 2, "expected a whole number of at least 1"],
    [["--lr", "0"], 2, "expected a number in (0,"],
    [["--device", "tpu"], 2, "cpu, webgpu, cuda"],
    [["--modle", "linear"], 2, "--model"],
    [["--augment", "crop,rotte:5"], 2, 'unknown change "rotte"; did you mean "rotate"?'],
    [["--report", "/dev/null/report"], 1, "/dev/null"],
    [["--lab", "/dev/null/a"], 1, "lab: expected a folder to write to, got /dev/null/a"],
    [["--checkpoint-every", "-1"], 2, "expected a number in [0, 86400]"],
  ])("%j exits with %d and says so", async (args, code, message) => {
    const run = await shatterHere([...SMALL, ...args]);
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(code);
    expect(run.stdout).toBe("");
  });

  test.each(["webgpu", "cuda"])("--device %s, where it is not, says how to get it", async (device) => {
    const run = await shatterHere([...SMALL, "--epochs", "1", "--device", device]);
    if (run.code === 0) {
      process.stderr.write(`${device} is there: its absence was not tested\n`);
      return;
    }
    expect(run.stderr).toContain(`device ${device}: not available here`);
    expect(run.code).toBe(1);
  });

  test("--n larger than the data names both numbers", async () => {
    const data = [
      "--data",
      "mnist",
      "--data-dir",
      new URL("../../../shared/data/mnist", import.meta.url).pathname,
    ];
    const run = await shatterHere(["test", ...data, "--n", "70000", "--quiet", "--no-lab"]);
    expect(run.stderr).toContain("60000");
    expect(run.stderr).toContain("70000");
    expect(run.code).toBe(2);
  });

  test("a truncated file is named, with what was expected", async () => {
    const bin = join(folder, "cifar-10-batches-bin");
    execFileSync("mkdir", ["-p", bin]);
    for (const name of [
      "data_batch_1",
      "data_batch_2",
      "data_batch_3",
      "data_batch_4",
      "data_batch_5",
      "test_batch",
    ]) {
      writeFileSync(join(bin, `${name}.bin`), new Uint8Array(3073 * 2 - Number(name === "data_batch_3")));
    }
    const run = await shatterHere(["test", "--data", "cifar10", "--data-dir", folder, "--quiet", "--no-lab"]);
    expect(run.stderr).toContain("data_batch_3.bin");
    expect(run.code).toBe(1);
  });
});

describe("shatter test, disturbed,", () => {
  /** Three trials, one after another; the moment the first has ended is told. */
  const runThree = (whenFirstEnded: (child: ChildProcess) => void) => {
    const args = [
      "--epochs",
      "5",
      "--no-stop-when-fit",
      "--corrupt",
      "0",
      "--seeds",
      "3",
      "--escalations",
      "0",
      "--jobs",
      "1",
      "--json",
      "-",
    ];
    return shatter([...SMALL.filter((arg) => arg !== "--quiet"), ...args], {
      onStart(child) {
        child.stderr!.on("data", (chunk: Buffer) => {
          if (chunk.includes("[1/3]")) whenFirstEnded(child);
        });
      },
    });
  };

  test.skipIf(process.platform !== "linux")(
    "survives the death of a trial's process, and says so",
    async () => {
      const run = await runThree((child) => {
        for (const trial of childrenOf(child.pid!)) process.kill(trial, "SIGKILL");
      });
      expect(run.code).toBe(1);
      const { trials } = JSON.parse(run.stdout);
      expect(trials.map(({ status }: { status: string }) => status)).toEqual(["done", "failed", "done"]);
      expect(trials[1].error).toContain("the trial's process was killed by SIGKILL");
    },
  );

  test("reports what was done when interrupted", async () => {
    const run = await runThree((child) => child.kill("SIGINT"));
    expect(run.code).toBe(130);
    expect(run.stderr).toContain("interrupted: reporting the trials done so far");
    const { trials, provenance } = JSON.parse(run.stdout);
    expect(provenance.interrupted).toBe(true);
    expect(trials.map(({ status }: { status: string }) => status)).toEqual(["done", "stopped", "stopped"]);
    expect(trials[0]).toMatchObject({ epochs: 5 });
  });
});

describe("shatter test, interrupted and run again,", () => {
  const command = (more: readonly string[]) => {
    const small = SMALL.filter((arg) => arg !== "--quiet" && arg !== "--no-lab");
    const args = [
      "--model",
      "linear",
      "--epochs",
      "40",
      "--corrupt",
      "0,1",
      "--escalations",
      "0",
      "--jobs",
      "1",
    ];
    return [...small, ...args, "--json", "-", ...more];
  };
  /** The document without what differs from run to run. */
  const documentOf = (stdout: string): unknown => {
    const document = JSON.parse(stdout);
    for (const trial of document.trials) delete trial.seconds;
    return { ...document, provenance: null };
  };
  let whole: unknown;
  beforeAll(async () => {
    whole = documentOf((await shatterHere(command(["--no-lab"]))).stdout);
  });

  test.each(["SIGHUP", "SIGKILL"] as const)("goes on to the same document after %s", async (signal) => {
    const lab = await emptyLab(join(folder, `lab-${signal}`));
    const more = ["--lab", lab, "--checkpoint-every", "0"];
    const first = await shatter(command(more), {
      onStart(child) {
        child.stderr!.on("data", (chunk: Buffer) => {
          if (!chunk.includes("[1/2]")) return;
          child.kill(signal);
          // A terminal that is closed says so to all of its processes, and then again.
          if (signal === "SIGHUP") signalAll([child.pid!, ...childrenOf(child.pid!)], signal);
        });
      },
    });
    expect(first.code).toBe(signal === "SIGKILL" ? null : 130);
    if (signal === "SIGHUP") {
      expect(first.stderr).toContain(`run the same command again to go on (lab: ${lab})`);
    }
    const second = await shatterHere(command(more));
    expect(second.stderr).toContain(`1 trial of this test: done before, in ${lab}`);
    expect(second.code).toBe(0);
    expect(documentOf(second.stdout)).toEqual(whole);
    // What a killed process left of a trial that is done is for `shatter gc`.
    if (signal === "SIGHUP") expect(readdirSync(join(lab, "checkpoints"))).toEqual([]);
    // All of it is in the lab now, as an experiment.
    const third = await shatterHere(command(more));
    expect(third.stderr).toContain(`2 trials of this test: done before, in ${lab}`);
    expect(documentOf(third.stdout)).toEqual(whole);
    const status = JSON.parse((await shatterHere(["status", "--lab", lab, "--json"])).stdout);
    expect(status.experiments).toMatchObject([
      { title: "linear on shapes: the randomization test", states: { done: 2, waiting: 0 } },
    ]);
  });

  test("goes on without a lab where nobody asked for one, and the usual one is another's", async () => {
    const cwd = mkdtempSync(join(folder, "taken-"));
    await using lab = await openLab({ lab: await emptyLab(join(cwd, "shatter-lab")) });
    const run = await shatter(command([]), { cwd });
    expect(run.stderr).toMatch(/lab shatter-lab: .*; this test goes on without a lab/);
    expect(run.code).toBe(0);
    expect(documentOf(run.stdout)).toEqual(whole);
    expect(await lab.database.tables.selectFrom("trials").selectAll().execute()).toEqual([]);
    const asked = await shatter(command(["--lab", join(cwd, "shatter-lab")]));
    expect(asked.code).toBe(1);
  });
});

test("the published schema is the one the program uses", () => {
  const published = JSON.parse(readFileSync(new URL("../../schema/test@1.json", import.meta.url), "utf8"));
  expect(published).toEqual(JSON.parse(JSON.stringify(testJsonSchema())));
});
