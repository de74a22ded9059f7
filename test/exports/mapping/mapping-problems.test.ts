import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { recognise } from '../canonical-rows.ts'
import { oneCall, plain, writeParquet } from './mapped-calls.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('mapping-file')
})

beforeEach(async () => {
  await rm(world.exportsDir, { recursive: true, force: true })
  await mkdir(world.exportsDir)
})

afterAll(() => world.close())

describe('a wrong mapping', () => {
  /** Why the file is set aside, and what would help. */
  async function reject(
    mapping: string | Buffer,
  ): Promise<Readonly<{ message: string; next: string | undefined }>> {
    await writeParquet(world, 'calls.parquet', `${oneCall}, 5 AS number`)
    await writeFile(join(world.exportsDir, 'calls.mapping.yaml'), mapping)
    const error: unknown = await recognise(world, 'calls.parquet').catch((caught: unknown) => caught)
    if (!(error instanceof AppError)) throw error
    expect(error.details.code).toBe('unreadable_file')
    return { message: error.message, next: error.details.next }
  }

  const wrong: readonly (readonly [string, string, string, string])[] = [
    [
      'no column',
      plain.replace('started', 'strated'),
      '5:14: columns.timestamp: is no column of the export, found "strated".',
      'Nearest: started',
    ],
    [
      'no column in a list',
      plain.replace(': id', ': [id, {column: Id}]'),
      '3:27: columns.trace_id[1].column: is no column of the export, found "Id".',
      'Nearest: id',
    ],
    [
      'no map column',
      `${plain}attribute_maps: [tags]`,
      '7:18: attribute_maps[0]: is no column of the export, found "tags".',
      'Valid are: id, name, started, ended, number.',
    ],
    [
      'no key',
      `${plain}attribtes: {}`,
      '7:1: attribtes: is no key here, found "attribtes".',
      'Nearest: attributes',
    ],
    [
      'no field',
      plain.replace('span_name', 'spanname'),
      '4:3: columns.spanname: is no key here, found "spanname".',
      'Nearest: span_name',
    ],
    [
      'no key of a rule',
      `${plain}attributes: {a: {colum: id}}`,
      '7:18: attributes.a.colum: is no key here, found "colum".',
      'Nearest: column',
    ],
    [
      'a kind',
      plain.replace('spans', 'span'),
      '1:7: kind: is missing or not valid, found "span".',
      'Nearest: spans',
    ],
    [
      'a unit',
      plain.replace('started', '{column: started, unit: sec}'),
      '5:38: columns.timestamp.unit: is not valid, found "sec".',
      'Valid are: ns, us, ms, s.',
    ],
    [
      'a missing unit',
      plain.replace('started', 'number'),
      '5:14: columns.timestamp: is a number (INTEGER) and needs a unit: write {column: …, unit: ms}.',
      'Valid are: ns, us, ms, s.',
    ],
    [
      'a missing unit of a duration',
      plain.replace('end: ended', 'duration: number'),
      '6:13: columns.duration: needs its unit: write {column: …, unit: s}, found "number".',
      'docs/mapping-files.md',
    ],
    [
      'a status',
      `${plain}  status_code: {column: name, map: {call: Fine}}`,
      '7:43: columns.status_code.map.call: is not valid, found "Fine".',
      'Valid are: Unset, Ok, Error.',
    ],
    [
      'a format',
      plain.replace('started', `{column: started, format: '%Q'}`),
      '5:40: columns.timestamp.format: is no format of a time, such as %d.%m.%Y %H:%M:%S (strptime), found "%Q".',
      'docs/mapping-files.md',
    ],
    [
      'a time zone',
      plain.replace('started', '{column: started, timezone: Europe/Brno}'),
      '5:42: columns.timestamp.timezone: is no time zone, such as Europe/Prague or UTC, found "Europe/Brno".',
      'Nearest: Europe/',
    ],
    [
      'neither end nor duration',
      plain.replace('  end: ended\n', ''),
      '3:3: columns: needs either end or duration.',
      'docs/mapping-files.md',
    ],
    [
      'both',
      `${plain}  duration: {value: 1, unit: s}`,
      '3:3: columns: needs either end or duration.',
      'docs/mapping-files.md',
    ],
    [
      'column and value',
      plain.replace(': id', ': {column: id, value: 1}'),
      '3:13: columns.trace_id: needs either column or value.',
      'docs/mapping-files.md',
    ],
    [
      'a number for a column',
      plain.replace(': id', ': 7'),
      '3:13: columns.trace_id: is neither a text nor a rule nor a list, found 7.',
      'docs/mapping-files.md',
    ],
    [
      'what is missing',
      'kind: logs\ncolumns: {body: name}',
      '2:10: columns.timestamp: is missing.',
      'docs/mapping-files.md',
    ],
    ['no columns', 'kind: logs\n', '1:1: columns: is missing.', 'docs/mapping-files.md'],
    ['nothing', '', '1:1: kind: is missing or not valid.', 'Valid are: spans, logs.'],
    ['a list', '- a\n- b\n', '1:1: kind: is missing or not valid.', 'Valid are: spans, logs.'],
    [
      'a tag',
      plain.replace(': id', ': !!js/function id'),
      '3:13: is not YAML that can be read: Unresolved tag: tag:yaml.org,2002:js/function.',
      'docs/mapping-files.md',
    ],
    [
      'an open quote',
      `${plain}rest: "x`,
      '7:9: is not YAML that can be read: Missing closing "quote.',
      'docs/mapping-files.md',
    ],
    [
      'a key twice',
      `${plain}kind: spans`,
      '7:1: is not YAML that can be read: Map keys must be unique.',
      'docs/mapping-files.md',
    ],
    ['two documents', `${plain}---\n${plain}`, '', 'docs/mapping-files.md'],
    [
      'aliases without end',
      `a: &a [x]\nb: [${'*a, '.repeat(30)}]`,
      '2:85: has more than 20 aliases.',
      'docs/mapping-files.md',
    ],
    ['a NUL', `${plain}attributes: {"a\\0b": id}`, '', 'docs/mapping-files.md'],
    ['a NUL in a value', `${plain}attributes: {a: {value: "a\\0b"}}`, '', 'docs/mapping-files.md'],
  ]

  it.each(wrong)('says where and what: %s', async (_, mapping, message, next) => {
    const found = await reject(mapping)
    expect(found.message).toMatch(/^calls\.mapping\.yaml:\d+:\d+: /)
    if (message) expect(found.message).toBe(`calls.mapping.yaml:${message}`)
    expect(found.next).toContain(next)
  })

  it('ends quickly, whatever it is', async () => {
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 19 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`
    for (const text of [
      bomb,
      '['.repeat(200_000),
      `${'{a: '.repeat(50_000)}`,
      '\0\u0001\u0002',
      '%YAML 9.9\n---\nx',
    ])
      expect((await reject(text)).message).toMatch(/^calls\.mapping\.yaml:\d+:\d+: /)
    expect((await reject(Buffer.alloc(1_000_001, 'a'))).message).toBe(
      'calls.mapping.yaml:1:1: is larger than 1 MB.',
    )
    expect((await reject(Buffer.from([0xff, 0xfe, 0xc3, 0x28]))).message).toMatch(/^calls\.mapping\.yaml:/)
  })

  it('shows nothing that moves a terminal', async () => {
    const { message } = await reject(plain.replace('started', '"a\\e[31m\\nb"'))
    expect(message).toContain('\\u001b[31m')
    expect(message).not.toContain('\u001b')
    expect(message).not.toContain('\n')
  })
})
