import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Vectors of tokens: `rows` of `dimensions` signed bytes, each row with the scale that its bytes are multiplied by. */
export type TokenTable = Readonly<{
  rows: number
  dimensions: number
  bytes: Int8Array
  scales: Float32Array
}>

/**
 * Field numbers of ONNX's protobuf messages, as far as a static model needs them.
 * Source: onnx/onnx.proto of the ONNX project, https://github.com/onnx/onnx
 */
const field = {
  model: { irVersion: 1, producer: 2, graph: 7, opset: 8 },
  opset: { version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, operator: 4, attribute: 5 },
  attribute: { name: 1, integer: 3, type: 20 },
  tensor: { dims: 1, type: 2, name: 8, raw: 9 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { dim: 1 },
  dim: { value: 1, name: 2 },
} as const

const elementType = { float32: 1, int8: 3, int64: 7 } as const

type Write = (writer: BinaryWriter) => void

/** Writes a message inside a message. */
const nest = (writer: BinaryWriter, number: number, write: Write): BinaryWriter => {
  writer.tag(number, WireType.LengthDelimited).fork()
  write(writer)
  return writer.join()
}

const text = (writer: BinaryWriter, number: number, value: string) =>
  writer.tag(number, WireType.LengthDelimited).string(value)

const integer = (writer: BinaryWriter, number: number, value: number) =>
  writer.tag(number, WireType.Varint).int64(value)

const tensor =
  (name: string, dims: readonly number[], type: number, raw: Uint8Array): Write =>
  (writer) => {
    for (const dim of dims) integer(writer, field.tensor.dims, dim)
    integer(writer, field.tensor.type, type)
    text(writer, field.tensor.name, name)
    writer.tag(field.tensor.raw, WireType.LengthDelimited).bytes(raw)
  }

const node =
  (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, number>> = {},
  ): Write =>
  (writer) => {
    for (const input of inputs) text(writer, field.node.input, input)
    text(writer, field.node.output, output)
    text(writer, field.node.name, output)
    text(writer, field.node.operator, operator)
    for (const [name, value] of Object.entries(attributes))
      nest(writer, field.node.attribute, (inner) => {
        text(inner, field.attribute.name, name)
        integer(inner, field.attribute.integer, value)
        integer(inner, field.attribute.type, 2)
      })
  }

const value =
  (name: string, type: number, dims: readonly (string | number)[]): Write =>
  (writer) => {
    text(writer, field.value.name, name)
    nest(writer, field.value.type, (outer) =>
      nest(outer, field.type.tensor, (inner) => {
        integer(inner, field.tensorType.element, type)
        nest(inner, field.tensorType.shape, (shape) => {
          for (const dim of dims)
            nest(shape, field.shape.dim, (part) =>
              typeof dim === 'string' ? text(part, field.dim.name, dim) : integer(part, field.dim.value, dim),
            )
        })
      }),
    )
  }

const toBytes = ({ buffer, byteOffset, byteLength }: Int8Array | Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

/**
 * An ONNX model that looks up the vector of each token: `last_hidden_state` of `input_ids`, like a model of the BERT family
 * whose layers are all left out, so that every runtime for embeddings takes it with mean pooling.
 */
export function writeStaticModel({ rows, dimensions, bytes, scales }: TokenTable): Uint8Array {
  const writer = new BinaryWriter()
  integer(writer, field.model.irVersion, 8)
  text(writer, field.model.producer, 'parquetry')
  nest(writer, field.model.graph, (graph) => {
    nest(graph, field.graph.node, node('Gather', ['table', 'input_ids'], 'bytes', { axis: 0 }))
    nest(graph, field.graph.node, node('Cast', ['bytes'], 'numbers', { to: elementType.float32 }))
    nest(graph, field.graph.node, node('Gather', ['scales', 'input_ids'], 'factors', { axis: 0 }))
    nest(graph, field.graph.node, node('Mul', ['numbers', 'factors'], 'last_hidden_state'))
    text(graph, field.graph.name, 'static')
    nest(
      graph,
      field.graph.initializer,
      tensor('table', [rows, dimensions], elementType.int8, toBytes(bytes)),
    )
    nest(graph, field.graph.initializer, tensor('scales', [rows, 1], elementType.float32, toBytes(scales)))
    nest(graph, field.graph.input, value('input_ids', elementType.int64, ['batch', 'tokens']))
    nest(
      graph,
      field.graph.output,
      value('last_hidden_state', elementType.float32, ['batch', 'tokens', dimensions]),
    )
  })
  nest(writer, field.model.opset, (opset) => integer(opset, field.opset.version, 17))
  return writer.finish()
}

/** The fields of a message; what is not length-delimited or a number is passed over. */
function* readFields(bytes: Uint8Array): Generator<readonly [number: number, value: Uint8Array | number]> {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    if (wireType === WireType.LengthDelimited) yield [number, reader.bytes()]
    else if (wireType === WireType.Varint) yield [number, Number(reader.int64())]
    else reader.skip(wireType)
  }
}

const listMessages = (bytes: Uint8Array, wanted: number): readonly Uint8Array[] =>
  [...readFields(bytes)].flatMap(([number, found]) =>
    number === wanted && typeof found !== 'number' ? [found] : [],
  )

type Tensor = Readonly<{ dims: readonly number[]; raw: Uint8Array }>

/** Packed dims are bytes of numbers, unpacked ones are numbers; both spellings are in use. */
function readDims(found: Uint8Array | number): readonly number[] {
  if (typeof found === 'number') return [found]
  const reader = new BinaryReader(found)
  const dims: number[] = []
  while (reader.pos < reader.len) dims.push(Number(reader.int64()))
  return dims
}

function readTensor(bytes: Uint8Array): readonly [name: string, tensor: Tensor] {
  let name = ''
  let raw = new Uint8Array()
  const dims: number[] = []
  for (const [number, found] of readFields(bytes)) {
    if (number === field.tensor.dims) dims.push(...readDims(found))
    else if (typeof found === 'number') continue
    else if (number === field.tensor.name) name = new TextDecoder().decode(found)
    else if (number === field.tensor.raw) raw = new Uint8Array(found)
  }
  return [name, { dims, raw }]
}

/** The table of a model that `writeStaticModel` wrote; undefined for any other model and for bytes that are none. */
export function readStaticModel(model: Uint8Array): TokenTable | undefined {
  try {
    return readTable(model)
  } catch {
    // The reader throws errors of several kinds for what is no protobuf.
    return undefined
  }
}

function readTable(model: Uint8Array): TokenTable | undefined {
  const tensors = new Map(
    listMessages(model, field.model.graph)
      .flatMap((graph) => listMessages(graph, field.graph.initializer))
      .map(readTensor),
  )
  const table = tensors.get('table')
  const scales = tensors.get('scales')
  const [rows = 0, dimensions = 0] = table?.dims ?? []
  const isStatic =
    tensors.size === 2 &&
    rows > 0 &&
    table?.raw.length === rows * dimensions &&
    scales?.raw.length === rows * Float32Array.BYTES_PER_ELEMENT
  if (!isStatic) return undefined
  return {
    rows,
    dimensions,
    bytes: new Int8Array(table.raw.buffer),
    scales: new Float32Array(scales.raw.buffer),
  }
}
