import { describe, expect, test } from "vitest";
import { markdownComment } from "../../../src/report/test/comment.ts";
import { holdTo, parseCondition } from "../../../src/verdict/conditions.ts";
import { allKinds, HOSTILE, testResult, trial } from "../fixture.ts";

describe("a comment", () => {
  test("says the verdict, what was expected, the numbers, and how to do it again", () => {
    const result = testResult();
    const conditions = ["learns", "test-accuracy>0.9"].map(parseCondition);
    const text = markdownComment(result, holdTo(conditions, result));
    const lines = text.split("\n");
    expect(lines[0]).toBe("### It learns from true labels, and it can memorise random ones.");
    expect(text).toContain("**1 of 2 expectations not met.**");
    expect(text).toMatch(/^\| yes \| learns \| memorises, learns, no-copies, no-leak \|$/m);
    expect(text).toMatch(/^\| NO \| test-accuracy\\>0\.9 \| 0\.4\d+ \(95 % interval over 3 seeds /m);
    expect(text).toMatch(/^\| Random labels \|/m);
    expect(text).toContain("**Not looked at:** near copies of test examples in training;");
    expect(text).toContain("```sh\nshatter test --data shapes --n 2000 --seeds 3\n```");
    for (const { id } of result.trials) expect(text).toContain(`| ${id} |`);
    expect(text).toContain(`data shapes, SHA-256 ${result.dataset.hash}`);
  });

  test("says nothing of expectations where there were none", () => {
    expect(markdownComment(testResult(), [])).not.toMatch(/expectation/);
  });

  test("says that it was interrupted", () => {
    const result = testResult([trial()], { provenance: { interrupted: true } });
    expect(markdownComment(result, [])).toContain("**Interrupted: some trials are missing.**");
  });

  test("fits into a comment of GitHub, however many trials there are", () => {
    const text = markdownComment(testResult(allKinds(60)), []);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("And 220 trials more, which the result has.");
  });

  test("holds names and commands as text", () => {
    const command = "shatter test --model '```' --data '<b>'";
    const result = testResult(undefined, { model: { name: HOSTILE }, provenance: { command } });
    const text = markdownComment(result, []);
    expect(text).toContain(`\`\`\`\`sh\n${command}\n\`\`\`\`\n`);
    expect(text.replaceAll(/^````sh\n.*\n````$/gm, "")).not.toMatch(/(?<!\\)<(?!\/?(?:details|summary)>)/);
  });
});
