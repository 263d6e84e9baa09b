/**
 * @file Every operation, by name: the table that readers, validators and tests go through.
 */

import type { OperationRecord } from "../operation.ts";
import { batchNormalize } from "./batch-norm.ts";
import {
  blockedConvolution,
  blockedMaxPool,
  fromBlocked,
  isNotNegative,
  isPositive,
  toBlocked,
  toBlockedFromLast,
} from "./blocked.ts";
import { equal, greater, where } from "./compare.ts";
import { convolution, filterGradient, transposedConvolution } from "./convolution.ts";
import {
  add,
  divide,
  exp,
  log,
  multiply,
  negate,
  relu,
  sigmoid,
  sqrt,
  subtract,
  tanh,
} from "./elementwise.ts";
import { gemm, matmul } from "./linear.ts";
import { logSoftmax, softmax } from "./normalize.ts";
import { concat, pad, scatterAdd, slice } from "./pieces.ts";
import { averagePool, maxPool, maxPoolGradient, maxPoolPositions } from "./pool.ts";
import { argMax, max, mean, sum } from "./reduce.ts";
import { broadcastTo, cast, gather, permuteAxes, reshape } from "./shape.ts";

/** All operations, by name. */
export const operations: ReadonlyMap<string, OperationRecord> = new Map(
  [
    [add, subtract, multiply, divide, negate, exp, log, sqrt, tanh, sigmoid, relu],
    [equal, greater, where],
    [sum, mean, max, argMax],
    [matmul, gemm],
    [reshape, permuteAxes, broadcastTo, gather, cast],
    [logSoftmax, softmax],
    [concat, slice, pad, scatterAdd],
    [convolution, transposedConvolution, filterGradient],
    [maxPool, maxPoolGradient, maxPoolPositions, averagePool],
    [batchNormalize],
  ]
    .flat()
    .map(({ record }) => [record.name, record]),
);

/** What only lowered graphs are made of (`graph/lower`), by name. */
export const loweredOperations: ReadonlyMap<string, OperationRecord> = new Map(
  [
    blockedConvolution,
    blockedMaxPool,
    fromBlocked,
    isNotNegative,
    isPositive,
    toBlocked,
    toBlockedFromLast,
  ].map(({ record }) => [record.name, record]),
);
