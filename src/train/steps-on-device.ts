/**
 * @file Steps on a GPU: parameters, images and labels stay there, steps are queued one after another, and their losses are
 * read together.
 */

import type { Tensor } from "onnxruntime-node";
import { writeOnnx } from "../graph/onnx/write.ts";
import { equal, where } from "../graph/ops/compare.ts";
import { constant, type Graph, input, sizeOf } from "../graph/value.ts";
import type { Engine } from "./engine.ts";
import type { Step } from "./step.ts";
import { elementsOf, ownTensors, type Steps, stepsOf } from "./steps.ts";
import { disposeOf, openTransfer, type Tensors } from "./transfer.ts";

/** Most losses that wait on the device to be read together. */
const MOST_LOSSES = 128;

/** Which of the losses is the next. */
const SLOT = input("slot", [], "int32");

/** A step that puts its loss, a number or one for each trial, among those of the steps before it. */
function keepLosses({ outputs, inputs, ...graph }: Graph) {
  const loss = outputs.find(({ name }) => name === "loss")!.value;
  const losses = input("losses", [MOST_LOSSES, ...loss.shape]);
  const slots = constant(
    Array.from({ length: MOST_LOSSES }, (_, slot) => slot),
    [MOST_LOSSES, ...loss.shape.map(() => 1)],
    "int32",
  );
  const kept = { name: "next.losses", value: where(equal(slots, SLOT), loss, losses) };
  const all = [...outputs.filter(({ value }) => value !== loss), kept];
  return { losses, graph: { ...graph, inputs: [...inputs, losses, SLOT], outputs: all } };
}

/** Open steps that keep what they carry on the device. */
export async function stepsOnDevice(
  engine: Engine,
  step: Step,
  given: Tensors,
  start: Tensors,
): Promise<Steps> {
  const { Tensor } = engine.runtime;
  const { losses: kept, graph: keeping } = keepLosses(step.graph);
  const graph = await engine.lower(keeping);
  const carried = [...step.state, { input: kept, output: "next.losses", isDisplacement: false }];
  const session = await engine.open(
    writeOnnx(graph),
    graph.outputs.map(({ name }) => name),
  );
  const inputs = step.state.map(({ input }) => input);
  const displacements = step.state.flatMap(({ input, isDisplacement }) => (isDisplacement ? [input] : []));
  const states = await openTransfer(engine, inputs, displacements);
  const ofLosses = await openTransfer(engine, [kept]);
  const sharing = await openTransfer(
    engine,
    step.shared.filter(({ name }) => name in given),
  );
  const shared = await sharing.toDevice(given);
  const first = await ofLosses.toDevice({
    losses: new Tensor("float32", new Float32Array(sizeOf(kept.shape)), kept.shape),
  });
  let state: { [name: string]: Tensor } = { ...(await states.toDevice(start)), ...first };
  const withoutLosses = (): Tensors => Object.fromEntries(inputs.map(({ name }) => [name, state[name]!]));

  /** Queue a step. */
  const stepAt = async (slot: number, own: ReturnType<typeof ownTensors>): Promise<void> => {
    const feeds = Object.fromEntries(
      Object.entries(own).map(([name, [type, elements, shape]]) => [
        name,
        new Tensor(type as "float32", elements as Float32Array, shape),
      ]),
    );
    const results = await session.run({
      ...state,
      ...shared,
      ...feeds,
      slot: new Tensor("int32", Int32Array.of(slot), []),
    });
    const before = state;
    state = Object.fromEntries(carried.map(({ input, output }) => [input.name, results[output]!]));
    disposeOf(before);
  };
  return {
    async run(batches) {
      const each = sizeOf(kept.shape) / MOST_LOSSES;
      const losses = new Float32Array(batches.steps * each);
      for (let from = 0; from < batches.steps; from += MOST_LOSSES) {
        const end = Math.min(batches.steps, from + MOST_LOSSES);
        for (let at = from; at < end; at++)
          await stepAt(at - from, ownTensors(step, stepsOf(batches, at, at + 1)));
        const read = await ofLosses.toHost({ losses: state["losses"]! });
        losses.set((read["losses"]!.data as Float32Array).subarray(0, (end - from) * each), from * each);
      }
      return losses;
    },
    async scale(ratio) {
      const before = withoutLosses();
      state = { ...state, ...(await states.toDevice(before, ratio)) };
      disposeOf(before);
    },
    state: async () => elementsOf(await states.toHost(withoutLosses())),
    async [Symbol.asyncDispose]() {
      disposeOf(state);
      disposeOf(shared);
      for (const transfer of [states, ofLosses, sharing]) await transfer[Symbol.asyncDispose]();
      await session.release();
    },
  };
}
