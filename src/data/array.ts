/**
 * @file An array read from a file of arrays: NPY, IDX.
 */

/** An array in memory, first index slowest. */
export interface FileArray {
  /** What to call it in messages, such as `digits.npz: x_train`. */
  readonly where: string;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** NumPy's name of the element type, such as `"uint8"`. */
  readonly type: string;
  /** `uint8` stays so, `float16` and `float32` are single, all other numbers double precision. */
  readonly values: Uint8Array | Float32Array | Float64Array | readonly string[];
}

/** Whether values are texts. */
export const isTexts = (values: FileArray["values"]): values is readonly string[] => Array.isArray(values);

/** Number of elements; infinite where there are too many to count. */
export const countElements = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);

/** A shape in words. */
export const showSizes = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** How the elements of a type are read from bytes. */
interface NumberType {
  readonly bytes: number;
  readonly get: (view: DataView, at: number, isLittle: boolean) => number;
}

/** The numbers that are read, by NumPy's names. */
export const NUMBER_TYPES: Readonly<Record<string, NumberType>> = {
  uint8: { bytes: 1, get: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, get: (view, at) => Number(view.getUint8(at) !== 0) },
  int8: { bytes: 1, get: (view, at) => view.getInt8(at) },
  uint16: { bytes: 2, get: (view, at, isLittle) => view.getUint16(at, isLittle) },
  int16: { bytes: 2, get: (view, at, isLittle) => view.getInt16(at, isLittle) },
  uint32: { bytes: 4, get: (view, at, isLittle) => view.getUint32(at, isLittle) },
  int32: { bytes: 4, get: (view, at, isLittle) => view.getInt32(at, isLittle) },
  uint64: { bytes: 8, get: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)) },
  int64: { bytes: 8, get: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)) },
  float16: { bytes: 2, get: (view, at, isLittle) => halfFloat(view.getUint16(at, isLittle)) },
  float32: { bytes: 4, get: (view, at, isLittle) => view.getFloat32(at, isLittle) },
  float64: { bytes: 8, get: (view, at, isLittle) => view.getFloat64(at, isLittle) },
};

/** The number that 16 bits stand for (IEEE 754-2008, binary16). */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Read `count` numbers of a type that {@link NUMBER_TYPES} has, from as many bytes; `uint8` is a view of them. */
export function readNumbers(
  bytes: Uint8Array,
  type: string,
  count: number,
  isLittle: boolean,
): Uint8Array | Float32Array | Float64Array {
  if (type === "uint8") return bytes.subarray(0, count);
  const { bytes: size, get } = NUMBER_TYPES[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = /^float(16|32)$/.test(type) ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = get(view, i * size, isLittle);
  return values;
}
