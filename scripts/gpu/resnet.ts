/**
 * @file ResNet-18 for small images (He et al., CVPR 2016): a 3x3 stem without a pool, as everybody trains it on CIFAR-10.
 */

import { add, relu } from "../../src/graph/ops/elementwise.ts";
import type { Value } from "../../src/graph/value.ts";
import { convolutionLayer, dense, globalMean } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { batchNorm } from "../../src/nn/normalizations.ts";
import type { Scope } from "../../src/nn/scope.ts";

function normalized(
  x: Value,
  filters: number,
  kernel: number,
  stride: number,
  scope: Scope,
  name: string,
): Value {
  const settings = { filters, kernel, stride, bias: false };
  return batchNorm(convolutionLayer(x, settings, scope, name), scope, `${name}.norm`);
}

function block(x: Value, filters: number, stride: number, scope: Scope, name: string): Value {
  const first = relu(normalized(x, filters, 3, stride, scope, `${name}.conv1`));
  const second = normalized(first, filters, 3, 1, scope, `${name}.conv2`);
  const isSame = x.shape[1] === filters && stride === 1;
  return relu(add(second, isSame ? x : normalized(x, filters, 1, stride, scope, `${name}.shortcut`)));
}

export const resnet18: Model = {
  name: "resnet-18",
  title: "ResNet-18 with a 3x3 stem",
  source: "He et al., CVPR 2016",
  logits(x, classes, scope) {
    let h: Value = relu(normalized(x, 64, 3, 1, scope, "stem"));
    for (const [at, filters] of [64, 128, 256, 512].entries())
      for (const second of [0, 1])
        h = block(h, filters, at > 0 && second === 0 ? 2 : 1, scope, `block${at + 1}.${second + 1}`);
    return dense(globalMean(h), classes, scope, "output");
  },
};
