/**
 * @file ONNX Runtime, and sessions opened on one of its devices.
 */

import type { InferenceSession, Tensor } from "onnxruntime-node";

/** What onnxruntime-node and onnxruntime-web have in common, and all that Shatter uses of them. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** How sessions are opened on a device. */
export interface Sessions {
  readonly runtime: Runtime;
  /**
   * Open a session for the bytes of an ONNX model.
   *
   * @param kept - Names of outputs that stay on the device, as tensors to be disposed of; none unless told. For WebGPU alone.
   */
  open(model: Uint8Array, kept?: readonly string[]): Promise<InferenceSession>;
}
