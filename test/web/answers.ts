/**
 * @file The answers of the dashboard's routes as schemas, each checked by the compiler against its type in `api.ts`.
 */

import { z } from "zod";
import { provenanceSchema } from "../../src/document/provenance.ts";
import { conformanceSchema, trialSchema } from "../../src/run/trial-record.ts";
import { trialStates } from "../../src/store/states.ts";
import { attemptStates } from "../../src/store/tables.ts";
import { trialSpecSchema } from "../../src/train/spec.ts";
import type * as api from "../../src/web/api.ts";

const moment = z.iso.datetime();
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const seconds = z.number().min(0);

/** A schema that lets through nothing but what the type says, and all of it. */
const of =
  <T>() =>
  <S extends z.ZodType<T>>(schema: S): S =>
    schema;

const counts = z.strictObject({
  waiting: count,
  running: count,
  done: count,
  quarantined: count,
  cancelled: count,
});

export const labAnswer = of<api.LabAnswer>()(
  z.strictObject({
    version: z.string().min(1),
    where: z.string().min(1),
    isWorking: z.boolean(),
    isShared: z.boolean(),
    experiments: count,
    trials: counts,
    workers: count,
  }),
);

const experimentFields = {
  id: z.string(),
  name: z.string(),
  title: z.string(),
  scale: z.string(),
  source: z.string().nullable(),
  priority: z.int(),
  createdAt: moment,
  trials: counts,
  seconds,
  secondsLeft: seconds.nullable(),
};
export const experimentItem = of<api.ExperimentItem>()(z.strictObject(experimentFields));

const trialFields = {
  id: z.string(),
  state: z.enum(trialStates),
  status: z.enum(["done", "diverged"]).nullable(),
  model: z.string(),
  dataset: z.string(),
  inputs: z.string(),
  corrupt: share,
  permuted: z.boolean(),
  tellsNumbers: z.boolean(),
  seed: count,
  epoch: count,
  epochsAllowed: count,
  share,
  trainLoss: z.number().nullable(),
  trainAccuracy: share.nullable(),
  testAccuracy: share.nullable(),
  epochsToFit: count.nullable(),
  seconds: seconds.nullable(),
  attempts: count,
  error: z.string().nullable(),
  updatedAt: moment,
};
export const trialItem = of<api.TrialItem>()(z.strictObject(trialFields));

const differing = z.strictObject({
  fields: z.array(z.string()),
  values: z.record(z.string(), z.array(z.string())),
});

export const experimentAnswer = of<api.ExperimentAnswer>()(
  z.strictObject({
    ...experimentFields,
    question: z.string().nullable(),
    running: z.array(trialItem),
    recent: z.array(trialItem),
    differing,
    files: z.array(z.strictObject({ name: z.string(), title: z.string() })),
    documentVersion: z.string().min(1),
  }),
);

export const trialsAnswer = of<api.TrialsAnswer>()(
  z.strictObject({
    total: count,
    trials: z.array(trialItem),
    differing,
    values: z.strictObject({
      model: z.array(z.string()),
      dataset: z.array(z.string()),
      inputs: z.array(z.string()),
      corrupt: z.array(share),
      seed: z.array(count),
    }),
  }),
);

export const epochPoint = of<api.EpochPoint>()(
  z.strictObject({
    epoch: z.int().min(1),
    trainLoss: z.number().nullable(),
    fitLoss: z.number().nullable(),
    trainAccuracy: share.nullable(),
    testAccuracy: share.nullable(),
  }),
);

export const trialAnswer = of<api.TrialAnswer>()(
  z.strictObject({
    ...trialFields,
    spec: trialSpecSchema,
    result: trialSchema.omit({ history: true, confusion: true }).nullable(),
    confusion: trialSchema.shape.confusion,
    provenance: provenanceSchema.nullable(),
    conformance: conformanceSchema,
    network: z.strictObject({ bytes: count.nullable(), mostBytes: count }),
    touched: z.string().nullable(),
    experiments: z.array(z.strictObject({ id: z.string(), title: z.string() })),
    tries: z.array(
      z.strictObject({
        number: z.int().min(1),
        state: z.enum(attemptStates),
        worker: z.string(),
        startedAt: moment,
        endedAt: moment.nullable(),
        resumedEpochs: count,
        error: z.string().nullable(),
      }),
    ),
    checkpoints: z.array(
      z.strictObject({
        attempt: count,
        epochs: count,
        step: count,
        size: count,
        hash: z.string(),
        createdAt: moment,
      }),
    ),
    events: z.array(
      z.strictObject({ at: moment, attempt: count, type: z.string(), text: z.string().min(1) }),
    ),
  }),
);

const picture = z.string().startsWith("data:image/png;base64,");

const misfitExample = z.strictObject({
  index: count,
  image: picture,
  label: z.string(),
  trueLabel: z.string(),
  answer: z.string(),
  since: count.nullable(),
});

export const misfitAnswer = of<api.MisfitAnswer>()(
  z.strictObject({
    epoch: count.nullable(),
    reason: z.string().nullable(),
    asked: count,
    of: count,
    total: count,
    examples: z.array(misfitExample),
    test: z.strictObject({ total: count, examples: z.array(misfitExample) }).nullable(),
  }),
);

export const compareAnswer = of<api.CompareAnswer>()(
  z.strictObject({
    metric: z.enum(["trainLoss", "fitLoss", "trainAccuracy", "testAccuracy"]),
    by: z.array(z.string()),
    fields: z.array(z.string()),
    trials: count,
    total: count,
    groups: z.array(
      z.strictObject({
        title: z.string().min(1),
        fields: z.record(z.string(), z.string()),
        trials: z.array(z.string()).min(1),
        points: z.array(
          z.strictObject({
            epoch: z.int().min(1),
            mean: z.number(),
            low: z.number().nullable(),
            high: z.number().nullable(),
            n: z.int().min(1),
          }),
        ),
      }),
    ),
  }),
);

export const dataItem = of<api.DataItem>()(
  z.strictObject({
    name: z.string(),
    title: z.string(),
    isHere: z.boolean(),
    hint: z.string().nullable(),
    train: count.nullable(),
    test: count.nullable(),
    classNames: z.array(z.string()),
  }),
);

export const gridAnswer = of<api.GridAnswer>()(
  z.strictObject({
    examples: z.array(
      z.strictObject({ index: count, image: picture, label: z.string(), trueLabel: z.string() }),
    ),
    touched: z.string().min(1),
  }),
);

export const workerItem = of<api.WorkerItem>()(
  z.strictObject({
    id: z.uuid(),
    host: z.string(),
    pid: z.int(),
    machine: z.string(),
    program: z.string(),
    device: z.string(),
    jobs: count,
    threads: count,
    startedAt: moment,
    heartbeatAt: moment,
    endedAt: moment.nullable(),
    silentSeconds: seconds,
    running: z.array(trialItem),
    done: count,
  }),
);

export const catalogAnswer = of<api.CatalogAnswer>()(
  z.strictObject({
    experiments: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        question: z.string().nullable(),
        source: z.string().nullable(),
        models: z.array(z.string()),
        anyModel: z.boolean(),
      }),
    ),
    scales: z.array(z.string()),
  }),
);

export const modelAnswer = of<api.ModelAnswer>()(
  z.strictObject({
    identity: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    isTrainable: z.boolean(),
    example: z.array(count),
    findings: z.array(z.string()),
  }),
);

export const errorAnswer = of<api.ErrorAnswer>()(z.strictObject({ error: z.string().min(10) }));

export const liveEvent = of<api.LiveEvent>()(
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("trials"), trials: z.array(trialItem), more: z.boolean() }),
    z.strictObject({
      type: z.literal("experiments"),
      experiments: z.array(experimentItem),
      documents: z.record(z.string(), z.string()),
    }),
    z.strictObject({ type: z.literal("workers"), workers: z.array(workerItem) }),
    z.strictObject({ type: z.literal("trouble"), error: z.string() }),
    z.strictObject({ type: z.literal("alive") }),
  ]),
);
