/**
 * @file A test as JUnit XML, which build servers show: a case for each condition that it was held to, or for each answer
 * of its verdict.
 *
 * There is no standard; this is valid by both schemas in use, Ant's (windyroad/JUnit-Schema) and Jenkins' (junit-10.xsd).
 */

import type { TestResult } from "../../paper/test-result.ts";
import type { Holding } from "../../verdict/conditions.ts";
import { tellVerdict } from "../../verdict/verdict.ts";
import { html, type Markup, textOf } from "../html/escape.ts";
import { nameTest } from "./about.ts";
import { answersOf } from "./words.ts";

/** One case: met, not met, not decided, or not answered for want of trials. */
interface Case {
  readonly name: string;
  readonly outcome: "met" | "failure" | "skipped" | "error";
  readonly told: string;
}

/**
 * Write a test as JUnit XML.
 *
 * An answer that nobody expected is no failure, whatever it is: what is not decided is skipped. Trials that did not come to
 * their end are an error of their own, so that a test without them is not taken for one that passed.
 *
 * @param holdings - What became of the conditions that it was held to; its answers stand for themselves where there are none.
 */
export function junitReport(result: TestResult, holdings: readonly Holding[]): string {
  const { provenance, verdict } = result;
  const cases = [...(holdings.length > 0 ? conditionCases(holdings) : answerCases(result)), ...ends(result)];
  const count = (outcome: Case["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  const { model, dataset } = result;
  const of = `${model.name} on ${dataset.name}`;
  const suite = html`<testsuites>
<testsuite id="0" package="shatter" name="${oneLine(nameTest(result))}" hostname="localhost" timestamp="${provenance.started.slice(0, 19)}" tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}" time="${provenance.seconds.toFixed(3)}">
<properties>
${propertiesOf(result).map(([name, value]) => html`<property name="${name}" value="${value}"/>\n`)}</properties>
${cases.map((one) => caseElement(one, of))}<system-out>${tellVerdict(verdict).join("\n")}</system-out>
<system-err></system-err>
</testsuite>
</testsuites>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${textOf(suite)}`;
}

const conditionCases = (holdings: readonly Holding[]): Case[] =>
  holdings.map(({ condition, isMet, told }) => ({
    name: condition.text,
    outcome: isMet ? "met" : "failure",
    told,
  }));

const answerCases = (result: TestResult): Case[] =>
  answersOf(result).map(({ question, answer, tone, reasons }) => ({
    name: `${question} ${answer}`,
    outcome: tone === "open" ? "skipped" : "met",
    told: `${answer}: ${reasons.join("; ")}`,
  }));

/** A case for the trials that did not come to their end; none if all did. */
function ends({ trials, provenance }: TestResult): Case[] {
  const early = trials.filter(({ status }) => status === "failed" || status === "stopped");
  if (early.length === 0 && !provenance.interrupted) return [];
  const errors = early.map(({ id, status, error }) => `${id} ${status}${error ? `: ${error}` : ""}`);
  const told = [...(provenance.interrupted ? ["the test was interrupted"] : []), ...errors].join("; ");
  return [{ name: "every trial comes to its end", outcome: "error", told }];
}

function propertiesOf({ model, dataset, trials, provenance }: TestResult): [name: string, value: string][] {
  const { version, commit, engine, machine, command } = provenance;
  const known: [string, string | null][] = [
    ["version", version],
    ["commit", commit],
    ["model", model.name],
    ["data", dataset.name],
    ["data-hash", dataset.hash],
    ["seed", [...new Set(trials.map(({ seed }) => seed))].join(",")],
    ["engine", engine],
    ["machine", machine],
    ["command", command],
  ];
  return known.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]]));
}

function caseElement({ name, outcome, told }: Case, of: string): Markup {
  const reason = oneLine(told);
  const inside = {
    met: null,
    failure: html`<failure type="unmet" message="${reason}">${told}</failure>`,
    error: html`<error type="incomplete" message="${reason}">${told}</error>`,
    skipped: html`<skipped message="${reason}"/>`,
  }[outcome];
  return html`<testcase classname="${oneLine(of)}" name="${oneLine(name)}" time="0">${inside}</testcase>\n`;
}

/** Text as an attribute holds it: without line breaks, and without spaces at its ends. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
