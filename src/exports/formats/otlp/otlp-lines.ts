import { AppError } from '../../../core/errors.ts'
import type { JsonValue } from '../../../core/json-value.ts'
import { unreadable } from '../../open-export.ts'
import { decodeMessage, listFields, type RawField } from '../decode-protobuf.ts'
import { otlpMessages } from './otlp-messages.ts'

/** The names that traces and logs have for the same places. */
const keys = {
  spans: { batches: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' },
  logs: { batches: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' },
} as const

type Signal = keyof typeof keys

const wires = { varint: 0, bit64: 1, bytes: 2 } as const

const isPrintable = (bytes: Uint8Array) => bytes.every((byte) => byte >= 0x20 && byte < 0x7f)

/**
 * What a record is, by its fields: traces, logs and metrics have the same messages around them, and no name of their own.
 * A span has its times in fields 7 and 8, a log record in 1 and 11; where they are absent, a span begins with two ids, a log
 * record with a severity, a metric with its name. Undefined for a record that has none of these.
 */
function findSignal(record: Uint8Array): Signal | 'metrics' | undefined {
  const fields = [...listFields(record)]
  const find = (number: number, wire: number): RawField | undefined =>
    fields.find((field) => field.number === number && field.wire === wire)
  if (find(7, wires.bit64) || find(8, wires.bit64)) return 'spans'
  if (find(1, wires.bit64) || find(11, wires.bit64) || find(2, wires.varint)) return 'logs'
  const first = find(1, wires.bytes)?.bytes
  const second = find(2, wires.bytes)?.bytes
  if (first?.length === 16 && second?.length === 8 && !(isPrintable(first) && isPrintable(second)))
    return 'spans'
  if (first) return 'metrics'
  return find(5, wires.bytes) || find(3, wires.bytes) ? 'logs' : undefined
}

type Part = Readonly<{ about: Record<string, JsonValue>; members: readonly Uint8Array[] }>

/** A batch and a scope are alike: field 1 says what it is of, field 2 (1000 in the oldest files) are its members, 3 is a schema. */
function readPart(bytes: Uint8Array, name: 'resource' | 'scope'): Part {
  const fields = [...listFields(bytes)].filter(({ wire }) => wire === wires.bytes)
  const about = fields.filter(({ number }) => number === 1).at(-1)
  const members = fields.filter(({ number }) => number === 2 || number === 1000)
  return {
    about: about ? { [name]: decodeMessage(about.bytes, otlpMessages[name]) } : {},
    members: members.map((field) => field.bytes),
  }
}

const recordsPerLine = 500

function* slice<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size)
}

function* toLines(batch: Uint8Array, signal: Signal): Generator<string> {
  const { batches, scopes, records } = keys[signal]
  const { about: resource, members } = readPart(batch, 'resource')
  for (const { about: scope, members: all } of members.map((member) => readPart(member, 'scope'))) {
    for (const some of slice(all, recordsPerLine)) {
      const decoded = some.map((record) => decodeMessage(record, otlpMessages[signal]))
      yield `${JSON.stringify({ [batches]: [{ ...resource, [scopes]: [{ ...scope, [records]: decoded }] }] })}\n`
    }
  }
}

const listRecords = (batch: Uint8Array) =>
  readPart(batch, 'resource').members.flatMap((member) => readPart(member, 'scope').members)

const toGarbage = (cause: unknown) =>
  unreadable('Its protobuf is damaged, or no OTLP.', 'Export or copy it again.', cause)

/** What was found in a file so far: the kind of its first record. */
export type OtlpState = { signal?: Signal }

function checkSignal(batch: Uint8Array, state: OtlpState): Signal | undefined {
  for (const record of state.signal ? [] : listRecords(batch)) {
    const signal = findSignal(record)
    if (signal === 'metrics') {
      throw unreadable('It holds metrics or profiles, no spans and no logs.', 'Export traces or logs.')
    }
    if (signal) state.signal = signal
    if (signal) break
  }
  return state.signal
}

function* decodeBatches(message: Uint8Array, state: OtlpState): Generator<string> {
  for (const { number, wire, bytes } of listFields(message)) {
    if (number !== 1 || wire !== wires.bytes) continue
    const signal = checkSignal(bytes, state)
    if (signal) yield* toLines(bytes, signal)
  }
}

/**
 * The records of one TracesData or LogsData message as lines of OTLP JSON, up to 500 on one. What the records are is told by
 * the first one of a file. Throws `unreadable_file` for metrics, and for bytes that are no such message.
 */
export function* toOtlpLines(message: Uint8Array, state: OtlpState): Generator<string> {
  try {
    yield* decodeBatches(message, state)
  } catch (cause) {
    throw cause instanceof AppError ? cause : toGarbage(cause)
  }
}
