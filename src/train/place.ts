/**
 * @file Where an evaluation has what it is given: in memory, or on a GPU, where examples stay that are held.
 */

import { type Examples, isHeld } from "../data/dataset.ts";
import type { Input } from "../graph/value.ts";
import type { Engine } from "./engine.ts";
import { disposeOf, openTransfer, type Tensors } from "./transfer.ts";

/** A place for parameters and examples. */
interface Place extends AsyncDisposable {
  /** Bring parameters there. */
  weights(tensors: Tensors): Promise<Tensors>;
  /** Give those up that {@link Place.weights} brought. */
  leave(weights: Tensors): void;
  /**
   * Examples of a dataset there.
   *
   * @param start - The first of them.
   * @param make - Makes them, where they are not there yet.
   */
  examples(data: Examples, start: number, make: () => Tensors): Promise<Tensors>;
}

const memory: Place = {
  weights: async (tensors) => tensors,
  leave: () => {},
  examples: async (_, __, make) => make(),
  [Symbol.asyncDispose]: async () => {},
};

/** Open a place for parameters and for examples of fixed shapes. */
export async function openPlace(
  engine: Engine,
  trained: readonly Input[],
  examples: readonly Input[],
): Promise<Place> {
  if (engine.device !== "webgpu") return memory;
  const ofWeights = await openTransfer(engine, trained);
  const ofExamples = await openTransfer(engine, examples);
  const kept = new Map<Examples, Map<number, Tensors>>();
  return {
    weights: (tensors) => ofWeights.toDevice(tensors),
    leave: disposeOf,
    async examples(data, start, make) {
      if (!isHeld(data)) return make();
      const batches = kept.get(data) ?? new Map<number, Tensors>();
      kept.set(data, batches);
      const batch = batches.get(start) ?? (await ofExamples.toDevice(make()));
      batches.set(start, batch);
      return batch;
    },
    async [Symbol.asyncDispose]() {
      for (const batches of kept.values()) for (const batch of batches.values()) disposeOf(batch);
      await ofWeights[Symbol.asyncDispose]();
      await ofExamples[Symbol.asyncDispose]();
    },
  };
}
