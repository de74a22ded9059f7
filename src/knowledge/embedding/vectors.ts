/** Inner product of two vectors of the same dimensions: their cosine, where both have length 1. */
export function multiply(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}

/** A vector of length 1; zeros where it has no direction. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(multiply(vector, vector))
  return length > 0 && Number.isFinite(length)
    ? vector.map((value) => value / length)
    : new Float32Array(vector.length)
}
