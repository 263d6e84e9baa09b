/**
 * @file What `shatter test` says: files first, then a table, and the verdict last.
 */

import { tellFinding } from "../import/finding.ts";
import type { TestResult } from "../paper/test-result.ts";
import { formatCount } from "../report/format.ts";
import { terminalGrid } from "../report/grid/terminal.ts";
import { teller } from "../report/terminal.ts";
import { tellExamples } from "../report/test/about.ts";
import { summaryGrid } from "../report/test/tables.ts";
import { tellVerdict } from "../verdict/verdict.ts";
import { reportConformance } from "./conformance.ts";
import { withFlags } from "./flags.ts";
import { jsonOutputs } from "./json.ts";
import { paint, wantsColor, widthOf } from "./output.ts";
import { pipelineOutputs } from "./pipeline.ts";
import { publish } from "./publish.ts";
import type { TestFlags } from "./test-subject.ts";

/** Charts are heavy to load, and most runs of the command draw none. */
const loadReport = () => import("../report/node/write.ts");

/** Where the page goes, and the option that says so: `--report` was its name once. */
export const pageOf = ({ out, report }: Pick<TestFlags, "out" | "report">) =>
  out !== undefined
    ? { name: "--out", folder: out }
    : report !== undefined && { name: "--report", folder: report };

/** Write and print what came out. */
export async function publishTest(
  result: TestResult,
  { json, verbose = false, ...options }: TestFlags,
  command: string | undefined,
): Promise<void> {
  const outputs = [...jsonOutputs(json, result), ...pipelineOutputs(options, result)];
  let page: string | undefined;
  const place = pageOf(options);
  if (place) {
    const write = async (): Promise<void> => {
      page = (await (await loadReport()).writeReport(result, place.folder)).files[0];
    };
    outputs.push({ name: place.name, isResult: true, write });
  }
  const print = (): void => printResult(result, verbose);
  await publish({
    result,
    outputs,
    print: json === "-" ? undefined : print,
    again: command && `${command}, run again, trains nothing that is done`,
  });
  if (page !== undefined) process.stderr.write(`report: ${page}\n`);
}

/** Print a result, the verdict last: what a small terminal shows of it is what it says. */
function printResult(result: TestResult, isVerbose: boolean): void {
  const out = process.stdout;
  const [width, color] = [widthOf(out), wantsColor(out)];
  const tell = teller(width);
  const title = (text: string): string => paint(out, "bold", text);
  const { dataset, model, provenance } = result;
  console.log(title("\nWhat was randomized"));
  for (const touched of new Set(result.trials.map((trial) => trial.touched ?? ""))) {
    if (touched !== "") console.log(tell(touched));
  }
  const { lines, summary } = reportConformance(result.conformance, isVerbose);
  const hint = isVerbose ? "" : " (--verbose lists them)";
  console.log(`\n${title("Conformance of the randomizations:")} ${summary}${hint}`);
  for (const line of lines) console.log(tell(line, "  ", "        "));
  console.log(
    `${title(`\n${model.name} (${formatCount(model.parameters)} parameters) on ${dataset.name}`)}, ` +
      `${tellExamples(dataset)}\n`,
  );
  const findings = model.file?.findings ?? [];
  for (const finding of findings) console.log(tell(withFlags(tellFinding(finding)), "  ", "    "));
  if (findings.length > 0) console.log("");
  console.log(terminalGrid(summaryGrid(result), { color, width }));
  const failed = result.trials.filter(({ error }) => error !== undefined);
  for (const { inputs, labels, seed, status, error } of failed) {
    console.log(
      paint(
        out,
        "red",
        `${status}: inputs ${inputs}, labels ${labels.nominal}, seed ${seed}: ${withFlags(error!)}`,
      ),
    );
  }
  console.log(title("\nVerdict"));
  for (const paragraph of tellVerdict(result.verdict)) console.log(tell(paragraph));
  if (provenance.interrupted) console.log(paint(out, "yellow", "  Interrupted: some trials are missing."));
}
