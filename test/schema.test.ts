/**
 * The published schemas, and what they are for.
 */

import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { schemas } from "../scripts/schemas.ts";

const FOLDER = new URL("../schema/", import.meta.url);

const published = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));

describe("the published schemas", () => {
  test("are these, and no others", () => {
    expect(readdirSync(FOLDER).sort()).toEqual(
      Object.keys(schemas)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  test.each(
    Object.entries(schemas),
  )("%s is the one the program uses: else run npm run schema", (name, schema) => {
    expect(published(name)).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

describe("the schema of experiment files", () => {
  const validate = new Ajv2020({ strict: false }).compile(published("experiment-file@1"));

  test("takes the example, values and lists alike", () => {
    const text = readFileSync(new URL("../examples/05-sweep.yaml", import.meta.url), "utf8");
    expect(validate(parseDocument(text).toJS()), JSON.stringify(validate.errors)).toBe(true);
    expect(
      validate({ data: ["shapes", "mnist"], model: "linear", recipe: { augment: { flip: [true] } } }),
    ).toBe(true);
  });

  test.each([
    [{ data: "shapes" }],
    [{ data: "shapes", model: "linear", corrupt: [] }],
    [{ data: "shapes", model: "linear", recipe: { epochs: 0 } }],
    [{ data: "shapes", model: "linear", seed: 3 }],
  ])("refuses %j", (file) => {
    expect(validate(file)).toBe(false);
  });
});
