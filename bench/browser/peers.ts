/**
 * @file What `bench/browser.ts` measures beside: the same MLP and optimizer in jax-js and TensorFlow.js, as programs for a page.
 *
 * They are texts, as their libraries are no dependencies: whoever measures installs them somewhere else.
 */

/** Data, and the rows of a batch; weights drawn by the same sines. */
const COMMON = `
const [ROWS, BATCH, CLASSES] = [2000, 128, 10];
let INPUTS, images;
function prepare(example) {
  INPUTS = example.reduce((product, size) => product * size);
  images = Float32Array.from({ length: ROWS * INPUTS }, (_, at) => Math.sin(at * 0.7));
}
const wave = (length) => Float32Array.from({ length }, (_, at) => 0.03 * Math.sin(at * 12.9898));
function batchAt(step) {
  const x = new Float32Array(BATCH * INPUTS), y = new Float32Array(BATCH * CLASSES);
  for (let at = 0; at < BATCH; at++) {
    const row = ((step * BATCH + at) * 7) % ROWS;
    x.set(images.subarray(row * INPUTS, (row + 1) * INPUTS), at * INPUTS);
    y[at * CLASSES + row % CLASSES] = 1;
  }
  return { x, y };
}
const sizesOf = (model) => [INPUTS, ...Array(Number(model[4])).fill(512), CLASSES];
`;

const JAX = `${COMMON}
import * as jax from "@jax-js/jax";
const { numpy: np, nn } = jax;
globalThis.open = async (model, example) => {
  prepare(example);
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const sizes = sizesOf(model);
  const layers = sizes.slice(1).map((units, at) => ({ w: [sizes[at], units], b: [units] }));
  let weights = layers.map(({ w, b }) => ({ w: np.array(wave(w[0] * w[1])).reshape(w), b: np.zeros(b) }));
  let velocities = layers.map(({ w, b }) => ({ w: np.zeros(w), b: np.zeros(b) }));
  const loss = (p, x, y) => {
    let h = x;
    p.forEach(({ w, b }, at) => {
      h = np.dot(h, w).add(b);
      if (at < p.length - 1) h = nn.relu(h);
    });
    return nn.logSoftmax(h, -1).mul(y).sum().mul(-1 / BATCH);
  };
  const step = jax.jit((p, v, x, y) => {
    const [value, slopes] = jax.valueAndGrad(loss)(jax.tree.ref(p), x, y);
    const nextV = v.map((layer, at) => ({
      w: layer.w.mul(0.9).add(slopes[at].w),
      b: layer.b.mul(0.9).add(slopes[at].b),
    }));
    const nextP = p.map((layer, at) => ({
      w: layer.w.sub(nextV[at].w.ref.mul(0.01)),
      b: layer.b.sub(nextV[at].b.ref.mul(0.01)),
    }));
    return [nextP, nextV, value];
  });
  return async (steps) => {
    let last;
    for (let at = 0; at < steps; at++) {
      const { x, y } = batchAt(at);
      let value;
      [weights, velocities, value] = step(weights, velocities, np.array(x).reshape([BATCH, INPUTS]), np.array(y).reshape([BATCH, CLASSES]));
      last = (await value.data())[0];
    }
    await jax.blockUntilReady(jax.tree.ref(weights));
    return last;
  };
};
`;

const TFJS = `${COMMON}
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
globalThis.open = async (model, example) => {
  prepare(example);
  setWasmPaths("./");
  await tf.setBackend("wasm");
  const sizes = sizesOf(model);
  const layers = sizes.slice(1).map((units, at) => ({
    w: tf.variable(tf.tensor(wave(sizes[at] * units), [sizes[at], units])),
    b: tf.variable(tf.zeros([units])),
  }));
  const optimizer = tf.train.momentum(0.01, 0.9);
  return async (steps) => {
    let last;
    for (let at = 0; at < steps; at++) {
      const { x, y } = batchAt(at);
      const value = tf.tidy(() => {
        const [given, wanted] = [tf.tensor(x, [BATCH, INPUTS]), tf.tensor(y, [BATCH, CLASSES])];
        return optimizer.minimize(() => {
          let h = given;
          layers.forEach(({ w, b }, layer) => {
            h = h.matMul(w).add(b);
            if (layer < layers.length - 1) h = h.relu();
          });
          return h.logSoftmax().mul(wanted).sum().mul(-1 / BATCH);
        }, true);
      });
      last = (await value.data())[0];
      value.dispose();
    }
    return last;
  };
};
`;

/** Programs by name, and the packages they import; all leave \`open(model)\` on the page, as ours does. */
export const peers = {
  "jax-js": { program: JAX, files: [] },
  "TensorFlow.js": {
    program: TFJS,
    files: [
      "tfjs-backend-wasm-simd.wasm",
      "tfjs-backend-wasm-threaded-simd.wasm",
      "tfjs-backend-wasm.wasm",
    ].map((name) => `@tensorflow/tfjs-backend-wasm/dist/${name}`),
  },
} as const;
