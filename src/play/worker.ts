/**
 * @file A worker that trains one network of the race, by the same `runTrial` as everywhere, on onnxruntime-web.
 */

import { messageOf } from "../base/errors.ts";
import { classCounts, type Splits } from "../data/dataset.ts";
import { pathPreprocess } from "../data/preprocess.ts";
import type { Model } from "../nn/model.ts";
import { fileRecipe } from "../run/file-recipe.ts";
import { recordTrial } from "../run/record.ts";
import { createLibrary } from "../run/subject.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { cropForRecipe, describeDataset } from "../train/prepare.ts";
import { paperRecipe } from "../train/recipe.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import { type TrainedNetwork, writeTrained } from "../train/trained.ts";
import { runTrial } from "../train/trial.ts";
import { judge } from "../verdict/verdict.ts";
import { engineOn } from "./engine.ts";
import { tellFailure } from "./failure.ts";
import { loadHere } from "./load.ts";
import { type Own, ownModel, ownSplits } from "./own-data/own.ts";
import { filtersOf, picturesOf } from "./pictures.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import type { TrialRequest } from "./recipe.ts";

const library = createLibrary({ load: loadHere, keepsLast: true });

/** The run that is wanted; whatever belongs to another one is over. */
let wanted = 0;
let allowed = 0;
let own: Own = {};
let wake = (): void => {};
/** What the last run left. */
let left:
  | { readonly splits: Splits; readonly result: TrialResult; readonly network: TrainedNetwork }
  | undefined;

const tell = (message: FromWorker, move: Transferable[] = []): void =>
  self.postMessage(message, { transfer: move });

/** Wait until an epoch may be trained; whether it is still wanted. */
async function mayTrain(run: number, epoch: number): Promise<boolean> {
  while (run === wanted && epoch > allowed) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return run === wanted;
}

interface Prepared {
  readonly spec: TrialSpec;
  readonly splits: Splits;
  readonly model: Model;
}

async function specOf(request: TrialRequest): Promise<Prepared> {
  const { data, n, testN, inputs, corrupt, seed } = request;
  const chosen = request.model === "file" ? await ownModel(own) : undefined;
  // As the command line has it for data at a path and for model files.
  const recipe = {
    ...paperRecipe,
    ...(data === "own" && { preprocess: pathPreprocess }),
    ...(chosen && fileRecipe(chosen.model)),
    ...request.recipe,
  };
  const whole =
    data === "own" ? await ownSplits(own, { n, testN }) : await library.splits({ name: data, n, testN });
  const splits = cropForRecipe(whole as Splits, recipe);
  const dataset = await describeDataset(splits);
  const { model, identity } = chosen ?? {
    model: await library.model(request.model),
    identity: request.model,
  };
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    dataset,
    inputs,
    corrupt,
    model: identity,
    recipe,
    seed,
  };
  return { spec, splits, model };
}

async function race(run: number, request: TrialRequest): Promise<void> {
  const { spec, splits, model } = await specOf(request);
  const id = await trialId(spec);
  if (run !== wanted) return;
  const pictures = picturesOf(splits, spec);
  tell({ type: "prepared", run, id, pictures }, [pictures.pixels.buffer]);
  const { engine: device, title } = await engineOn(request.device);
  tell({ type: "opened", run, engine: { provider: title, threads: device.threads } });
  const record = recordTrial({ id, spec, escalation: 0 });
  let predicted = new Int32Array();
  let filters: ReturnType<typeof filtersOf>;
  let network: TrainedNetwork | undefined;
  const options = {
    wantsNetwork: true,
    onMeasured: (onTrain: { readonly predicted: ArrayLike<number> }, state: TrainedNetwork["state"]) => {
      predicted = Int32Array.from(onTrain.predicted);
      filters = filtersOf(state, pictures.shape.slice(1));
    },
  };
  if (!(await mayTrain(run, 1))) return;
  for await (const event of runTrial(spec, { model, splits }, device, options)) {
    if (run !== wanted) return;
    if (event.type === "trained") network = event.network;
    else if (event.type !== "checkpoint") record.add(event);
    if (event.type !== "epoch") continue;
    tell({ type: "epoch", run, row: event.row, predicted, filters });
    if (!(await mayTrain(run, event.row.epoch + 1))) return;
  }
  const { result } = record.end(undefined);
  left = { splits, result, network: network! };
  tell({ type: "ended", run, result, spec });
}

/** What a question comes to. */
async function answer(message: ToWorker): Promise<void> {
  if (message.type === "allow") {
    allowed = message.epoch;
    return wake();
  }
  if (message.type === "own") {
    own = message.own;
    return;
  }
  const { run } = message;
  if (message.type === "start") {
    wanted = run;
    allowed = 0;
    left = undefined;
    wake();
    return await race(run, message.request);
  }
  if (!left || run !== wanted) return;
  const { splits, result, network } = left;
  if (message.type === "judge") {
    const context = {
      trainCounts: classCounts(splits.train),
      testCounts: classCounts(splits.test),
      escalations: 0,
      copies: null,
    };
    return tell({ type: "judged", run, verdict: judge([message.other, result], context) });
  }
  const { onnx, safetensors } = writeTrained(network, "playground");
  tell({ type: "files", run, onnx, safetensors });
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((error: unknown) => {
    const run = "run" in data ? data.run : wanted;
    if (run === wanted) tell({ type: "failed", run, error: tellFailure(messageOf(error)) });
  });
});
