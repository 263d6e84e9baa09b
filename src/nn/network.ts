/**
 * @file A network as data: a model written down for examples of one shape, and a model again.
 *
 * A model is a function, which cannot leave its process. What it does to values and to its scope can: it is written down
 * step by step, once for training and once for evaluation, for batches of some sizes. Numbers that go with the size of the
 * batch, such as those of a reshape, become so many times it and so many more; all others must be the same.
 */

import { z } from "zod";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { apply } from "../graph/operation.ts";
import { operations } from "../graph/ops/index.ts";
import {
  constant,
  type DataType,
  dataTypes,
  inOrder,
  input,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  type Value,
} from "../graph/value.ts";
import type { Model } from "./model.ts";
import { createScope, type Scope } from "./scope.ts";

const whole = z.int().min(0);
const fixedShape = z.array(z.int().min(1));

/** A number; or one that goes with the batch: `batch` times its size, and `plus`. */
const number = z.union([z.number(), z.strictObject({ batch: z.int(), plus: z.int() })]);

/** One thing that a model does; `of` are the places of earlier steps, from 0. */
const stepSchema = z.discriminatedUnion("does", [
  z.strictObject({ does: z.literal("examples") }),
  z.strictObject({
    does: z.literal("parameter"),
    name: z.string(),
    shape: fixedShape,
    facts: z.strictObject({ role: z.enum(["weight", "bias", "scale"]), fanIn: whole, fanOut: whole }),
  }),
  z.strictObject({ does: z.literal("dropout"), of: whole }),
  z.strictObject({
    does: z.literal("average"),
    name: z.string(),
    shape: fixedShape,
    start: z.number(),
    /** The statistic; absent in evaluation. */
    of: whole.optional(),
    elements: number.optional(),
  }),
  z.strictObject({
    does: z.literal("constant"),
    type: z.enum(Object.keys(dataTypes) as DataType[]),
    shape: z.array(number),
    /** All elements, or the one that all are. */
    data: z.union([number, z.array(number)], { error: "expected finite numbers" }),
  }),
  z.strictObject({
    does: z.literal("operation"),
    name: z.string(),
    of: z.array(whole),
    attributes: z.record(z.string(), z.union([number, z.boolean(), z.string(), z.array(number)])),
  }),
]);

/** What a model does, and the place of the logits. */
const courseSchema = z.strictObject({ steps: z.array(stepSchema), logits: whole });

const networkSchema = z.strictObject({
  schema: z.literal("shatter/network@1"),
  /** What people call it. */
  name: z.string(),
  /** Shape of the examples, and number of classes, that it is for. */
  example: fixedShape,
  classes: z.int().min(2),
  training: courseSchema,
  evaluation: courseSchema,
});

type Number = z.infer<typeof number>;
type Step = z.infer<typeof stepSchema>;
type OperationStep = Extract<Step, { does: "operation" }>;
type Course = z.infer<typeof courseSchema>;

/** Sizes of the batches that a network is written down for: two say how a number goes with the size, the others that it does. */
const BATCHES = [2, 3, 7, 128] as const;

/**
 * Write a model down for examples of a shape: the same network under the same name gives the same bytes.
 *
 * @throws UsageError if what it builds is made of other things than examples, its scope and operations, or differs with
 *   the size of the batch in more than sizes.
 */
export function writeNetwork(model: Model, example: Shape, classes: number): Uint8Array {
  const refuse = (what: string): never => {
    throw new UsageError(`model "${model.name}" cannot be written down: ${what}`);
  };
  const write = (training: boolean): Json => {
    const courses = BATCHES.map((batch) => trace(model, [batch, ...example], classes, training, refuse));
    return generalize(courses as unknown as Json[], () =>
      refuse(
        `expected networks for batches of ${BATCHES.join(", ")} examples that differ in whole numbers alone, each so many times the size of the batch and so many more; leave other numbers that depend on the batch to operations and to scope.average`,
      ),
    );
  };
  const network = {
    schema: "shatter/network@1",
    name: model.name,
    example,
    classes,
    training: write(true),
    evaluation: write(false),
  };
  const [issue] = networkSchema.safeParse(network).error?.issues ?? [];
  if (issue) refuse(`${issue.path.join(".")}: ${issue.message}`);
  // Not in canonical order: that of attributes is theirs, by which equal operations are found.
  return new TextEncoder().encode(JSON.stringify(network));
}

/** What a model does for a batch of one size, `[batch, ...example]`. */
function trace(
  model: Model,
  batch: Shape,
  classes: number,
  training: boolean,
  refuse: (what: string) => never,
): Course {
  const x = input("x", batch);
  const steps: Step[] = [{ does: "examples" }];
  const places = new Map<Value, number>([[x, 0]]);
  const note = <V extends Value>(value: V, step: Step): V => {
    places.set(value, steps.push(step) - 1);
    return value;
  };
  /** The place of a value, once everything it is computed from has one. */
  const placeOf = (value: Value): number => {
    for (const each of inOrder([value])) {
      if (places.has(each)) continue;
      if (each.kind === "input") refuse(`expected no inputs but the examples, got "${each.name}"`);
      else note(each, stepOf(each, places));
    }
    return places.get(value)!;
  };
  const inner = createScope({ training, dropout: 0 });
  const scope: Scope = {
    ...inner,
    parameter(name, shape, facts) {
      if (facts.start) refuse(`parameter "${name}": expected it to start as the recipe says`);
      return note(inner.parameter(name, shape, facts), { does: "parameter", name, shape: [...shape], facts });
    },
    dropout(value, probability) {
      if (probability !== undefined) refuse("expected dropout with the recipe's probability");
      const of = placeOf(value);
      return note(input(`what is left of step ${of}`, value.shape), { does: "dropout", of });
    },
    average(name, shape, start, statistic, elements, weight) {
      if (typeof start !== "number" || weight !== undefined)
        return refuse(
          `average "${name}": expected it to start as one number, and to move a tenth of the way`,
        );
      let of: number | undefined;
      const noted = (old: Value): Value => {
        const value = statistic(old);
        of = placeOf(value);
        return value;
      };
      const value = inner.average(name, shape, start, noted, elements);
      return note(value, { does: "average", name, shape: [...shape], start, of, elements });
    },
    auxiliary: () => refuse("expected no auxiliary outputs"),
  };
  const logits = placeOf(model.logits(x, classes, scope));
  return { steps, logits };
}

/** The step that makes a value of others. */
function stepOf(value: Exclude<Value, { kind: "input" }>, places: ReadonlyMap<Value, number>): Step {
  const { type, shape } = value;
  if (value.kind === "constant") {
    const data = Array.from(value.data);
    const isUniform = data.every((element) => element === data[0]);
    return { does: "constant", type, shape: [...shape], data: isUniform ? data[0]! : data };
  }
  const { operation, inputs, attributes } = value;
  const of = inputs.map((operand) => places.get(operand)!);
  return {
    does: "operation",
    name: operation.name,
    of,
    attributes: attributes as OperationStep["attributes"],
  };
}

/** What is said for batches of all {@link BATCHES}, in one. */
function generalize(said: readonly Json[], fail: () => never): Json {
  const first = said[0]!;
  if (said.every((each) => each === first)) return first;
  if (said.every((each) => typeof each === "number")) {
    const [a, b] = said as readonly [number, number];
    const batch = (b - a) / (BATCHES[1] - BATCHES[0]);
    const plus = a - batch * BATCHES[0];
    const goesWithIt = said.every((each, at) => each === batch * BATCHES[at]! + plus);
    return Number.isInteger(batch) && Number.isInteger(plus) && goesWithIt ? { batch, plus } : fail();
  }
  if (said.some((each) => typeof each !== "object" || each === null)) fail();
  const objects = said as readonly { readonly [key: string]: Json }[];
  const keys = Object.keys(first);
  if (objects.some((each) => Object.keys(each).join() !== keys.join())) fail();
  const of = (key: string): Json =>
    generalize(
      objects.map((each) => each[key]!),
      fail,
    );
  return Array.isArray(first) ? keys.map(of) : Object.fromEntries(keys.map((key) => [key, of(key)]));
}

/** Most elements of all constants of a network: 256 MiB of float32. */
const MOST_CONSTANTS = 2 ** 26;

/**
 * A model from what {@link writeNetwork} wrote; it takes the examples and classes that it was written for.
 *
 * @throws DataError if the bytes are no network.
 */
export function readNetwork(bytes: Uint8Array): Model {
  const { name, example, classes, training, evaluation } = parse(bytes);
  return {
    name,
    title: `a network for examples ${showShape(example)} of ${classes} classes`,
    source: "given as a value",
    takes: { example, classes },
    logits(x, wanted, scope) {
      const given = x.shape.slice(1);
      if (!sameShape(given, example) || wanted !== classes) {
        throw new UsageError(
          `model "${name}": expected examples ${showShape(example)} of ${classes} classes, as it was given for, got ${showShape(given)} of ${wanted}`,
        );
      }
      return build(name, scope.training ? training : evaluation, x, scope);
    },
  };
}

function parse(bytes: Uint8Array): z.infer<typeof networkSchema> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DataError(
      `network: expected JSON, got ${bytes.length} bytes that are none: ${messageOf(error)}`,
    );
  }
  const { data, error } = networkSchema.safeParse(document);
  const [issue] = error?.issues ?? [];
  if (issue) throw new DataError(`network: ${issue.path.join(".")}: ${issue.message}`);
  return data!;
}

/** Do all steps on a batch, and return the logits. */
function build(name: string, { steps, logits }: Course, x: Value, scope: Scope): Value {
  const size = x.shape[0]!;
  const numberOf = (said: Number): number =>
    typeof said === "number" ? said : said.batch * size + said.plus;
  const made: Value[] = [];
  const at = (place: number): Value =>
    made[place] ?? fail(`expected the place of an earlier step, got ${place}`);
  const fail = (what: string): never => {
    throw new DataError(`network "${name}": step ${made.length}: ${what}`);
  };
  let constants = 0;
  const make = (step: Step): Value => {
    switch (step.does) {
      case "examples":
        return x;
      case "parameter":
        return scope.parameter(step.name, step.shape, step.facts);
      case "dropout":
        return scope.dropout(at(step.of));
      case "average": {
        const elements = step.elements === undefined ? undefined : numberOf(step.elements);
        return scope.average(step.name, step.shape, step.start, () => at(step.of ?? -1), elements);
      }
      case "constant": {
        const shape = step.shape.map(numberOf);
        constants += sizeOf(shape);
        if (constants > MOST_CONSTANTS) fail(`expected at most ${MOST_CONSTANTS} elements in constants`);
        const data = Array.isArray(step.data) ? step.data.map(numberOf) : numberOf(step.data);
        return constant(data, shape, step.type);
      }
      case "operation": {
        const record = operations.get(step.name) ?? fail(`expected an operation, got "${step.name}"`);
        const attributes = Object.entries(step.attributes).map(([key, said]) => [
          key,
          Array.isArray(said) ? said.map(numberOf) : typeof said === "object" ? numberOf(said) : said,
        ]);
        return apply(record, step.of.map(at), Object.fromEntries(attributes));
      }
    }
  };
  for (const step of steps) {
    try {
      made.push(make(step));
    } catch (error) {
      if (error instanceof DataError) throw error;
      fail(messageOf(error));
    }
  }
  return at(logits);
}
