/**
 * A program for a page: trains a trial with `shatter/browser` on onnxruntime-web, and says what came out.
 */

import {
  createLibrary,
  cropForRecipe,
  type EpochRow,
  openEngine,
  paperRecipe,
  type Runtime,
  runTrial,
  splitsHash,
  trialId,
} from "../../../src/browser.ts";

const SOURCE = { name: "shapes", n: 128, testN: 64 };
const RECIPE = { ...paperRecipe, epochs: 3, batch: 32 };

/** What the program leaves on its page. */
export interface Trained {
  readonly id: string;
  readonly rows: readonly EpochRow[];
}

/** Train it on a runtime. */
export async function train(runtime: Runtime): Promise<Trained> {
  const library = createLibrary({
    load: async (known, { n, testN }) => {
      if (known.kind !== "drawn") throw new Error(`${known.name}: expected a dataset without files`);
      return known.draw(n!, testN!);
    },
  });
  const splits = cropForRecipe(await library.splits(SOURCE), RECIPE);
  const model = await library.model("mlp-1x512");
  const spec = {
    schema: "shatter/trial@1",
    dataset: { name: SOURCE.name, hash: await splitsHash(splits), train: SOURCE.n, test: SOURCE.testN },
    inputs: "true",
    corrupt: 1,
    model: model.name,
    recipe: RECIPE,
    seed: 0,
  } as const;
  const engine = await openEngine(runtime, "cpu", 1);
  const rows: EpochRow[] = [];
  for await (const event of runTrial(spec, { model, splits }, engine)) {
    if (event.type === "epoch") rows.push(event.row);
  }
  return { id: await trialId(spec), rows };
}

// Where there is a page: the test imports what it is to expect.
if (typeof document !== "undefined") {
  Object.assign(globalThis, { trained: import("onnxruntime-web/wasm").then(train) });
}
