/**
 * @file Which examples of a dataset to show.
 */

import { type Examples, exampleCount } from "./dataset.ts";

/**
 * The first examples of class 0, 1, 2, ..., and again from the start: their indices, at most `count`.
 */
export function oneOfEachClass(examples: Examples, count: number): number[] {
  const { labels, classNames, values } = examples;
  const classes = classNames.length;
  // Of numbers there are no classes: the first examples.
  if (values) return Array.from({ length: Math.min(count, labels.length) }, (_, index) => index);
  const wanted = Math.min(count, exampleCount(examples));
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (let index = 0; index < labels.length; index++) byClass[labels[index]!]!.push(index);
  const indices: number[] = [];
  for (let column = 0; indices.length < wanted; column++) {
    const index = byClass[column % classes]![Math.floor(column / classes)];
    if (index !== undefined) indices.push(index);
  }
  return indices;
}
