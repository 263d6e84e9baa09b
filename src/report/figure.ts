/**
 * @file temporary
 */
import type { TestResult } from "../lab/result.ts";
export interface Figure {
  name: string;
}
export const figuresOf = (_: TestResult): Figure[] => [];
