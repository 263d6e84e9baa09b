import { describe, expect, test } from "vitest";
import { hideSecrets } from "../../src/base/secrets.ts";

describe("hideSecrets", () => {
  test.each([
    ["postgres://user:hunter2@db.example:5432/lab", "postgres://...@db.example:5432/lab"],
    ["postgresql://user:hunter2@db/lab", "postgresql://...@db/lab"],
    [
      "postgres://db/lab?user=me&password=hunter2&sslmode=require",
      "postgres://db/lab?user=me&password=...&sslmode=require",
    ],
    ["postgres://db/lab?p%61ssword=hunter2", "postgres://db/lab?p%61ssword=..."],
    ["postgres://user:hunter2%40%2F@db/lab", "postgres://...@db/lab"],
    ["postgres%3A%2F%2Fuser%3Ahunter2%40db%2Flab", "postgres%3A%2F%2F...%40db%2Flab"],
    ["postgres://user:hun/ter2@db/lab", "postgres://...@db/lab"],
    ["postgres://user:hun@ter2@db/lab", "postgres://...@db/lab"],
    ["postgres://user:hun?ter2@db/lab", "postgres://...@db/lab"],
    ["postgres:user:hunter2@db", "...@db"],
    ["host=db user=me password=hunter2 dbname=lab", "host=db user=me password=... dbname=lab"],
    ["host=db password = 'hunter\\'2 and 3' dbname=lab", "host=db password = ... dbname=lab"],
    ["http://me:hunter2@proxy:8080", "http://...@proxy:8080"],
    ["https://hunter2@github.com/a/b", "https://...@github.com/a/b"],
    ["me:hunter2@proxy:8080", "...@proxy:8080"],
    ["--database-url=postgres://me:hunter2@db/lab", "--database-url=postgres://...@db/lab"],
    ["--password=hunter2", "--password=..."],
    [
      "could not fetch x from http://me:hunter2@mirror/x (404), https://me:hunter2@mirror/y (timeout)",
      "could not fetch x from http://...@mirror/x (404), https://...@mirror/y (timeout)",
    ],
  ])("%s", (text, hidden) => {
    expect(hideSecrets(text)).toBe(hidden);
    expect(hideSecrets(hidden)).toBe(hidden);
    // Quoted for a shell it stays quoted.
    expect(hideSecrets(`a '${hidden}' b`)).toBe(`a '${hidden}' b`);
  });

  test.each([
    "shatter test --data cifar10 --corrupt 0,0.5,1 --init he-normal --json out@home.json",
    "https://example.org/@someone/data.tar.gz",
    "http://localhost:4242/experiments",
    "C:\\Users\\me@work\\data",
    "epoch=3 loss=0.5; passes=2",
  ])("leaves %s", (text) => {
    expect(hideSecrets(text)).toBe(text);
  });

  test("takes no longer for hostile texts", () => {
    for (const piece of ["a", "a:", "a=", "a%3a%2f%2f", "a://", "a='", "@"]) {
      // Of the processor, which others may be busy with.
      const began = process.cpuUsage();
      hideSecrets(piece.repeat(100_000));
      expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
    }
  });
});
