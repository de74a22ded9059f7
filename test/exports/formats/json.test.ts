import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})
afterAll(() => world.close())

const two = [{ a: '1' }, { a: '2' }]

describe('JSON objects', () => {
  it.each([
    ['one per line', '{"a":1}\n{"a":2}\n'],
    ['one per line, the last without its line end', '{"a":1}\n{"a":2}'],
    ['one per line as Windows ends them, and blank lines', '\r\n{"a":1}\r\n\r\n \t\r\n{"a":2}\r\n\r\n'],
    ['one after the other', '{"a":1}{"a":2}'],
    ['pretty-printed, one after the other', '{\n  "a": 1\n}\n{\n  "a": 2\n}\n'],
    ['first on a line, then pretty-printed', '{"a":1}\n{\n  "a": 2\n}\n'],
    ['in an array', '[{"a":1},{"a":2}]'],
    ['in a pretty-printed array', '\n[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]\n\n'],
    ['one per line after a byte order mark', '\uFEFF{"a":1}\n{"a":2}\n'],
    ['in an array after a byte order mark', '\uFEFF[{"a":1},\n{"a":2}]\n'],
    ['in an array with many blanks behind', `[{"a":1},{"a":2}]${' \n'.repeat(300)}`],
  ])('%s are read', async (_, content) => {
    expect(await world.read(content)).toEqual(two)
  })

  it.each(['x.jsonl', 'x.ndjson', 'x.JSON', 'x.log', 'no extension', 'x.json.gz', 'x[1]*.json', "it's.json"])(
    'are read from a file named %s',
    async (name) => {
      expect(await world.read('{"a":1}\n{"a":2}\n', name)).toEqual(two)
    },
  )

  it('are one row where there is one object, however it is spaced', async () => {
    expect(await world.read('{\n  "a": {\n    "b": [1,\n 2]\n  },\n  "c": "d"\n}\n')).toEqual([
      { a: '{"b":[1,2]}', c: 'd' },
    ])
  })
})

describe('the columns of JSON', () => {
  it('are the keys of all objects, in their order, however late one appears', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ a: i, b: 'x' }))
    const { columns, from } = await world.open([...lines, '{"late":true,"a":-1}'].join('\n'))
    expect([...columns]).toEqual([
      ['a', 'VARCHAR'],
      ['late', 'VARCHAR'],
      ['b', 'VARCHAR'],
    ])
    expect(
      await world.query(
        `SELECT count(*)::INTEGER n, count(late)::INTEGER l, count(b)::INTEGER b FROM ${from}`,
      ),
    ).toEqual([{ n: 30_001, l: 1, b: 30_000 }])
  })

  it('have the types that they are said to have', async () => {
    const { columns, from } = await world.open('{"a":1,"b":{"c":2},"d":null,"e":true}')
    const types = await world.query(`DESCRIBE SELECT * FROM ${from}`)
    expect(types.map((row) => [row['column_name'], row['column_type']])).toEqual([...columns])
  })

  it('keep names that mean something to SQL, JSON paths or pointers', async () => {
    const names = [
      'a.b',
      'a/b',
      'x~1',
      "i'j",
      'k"l',
      '$',
      '*',
      '0',
      '-',
      'SELECT',
      'Ä 日本',
      'a\nb',
      '$.a[0]',
    ]
    const object = Object.fromEntries(names.map((name, i) => [name, `v${i}`]))
    const [row] = await world.read(JSON.stringify(object))
    expect(row).toEqual(object)
  })

  it('leave out a blank name and one with a NUL, and of names that differ in case the second', async () => {
    expect(await world.read('{"":0,"a\\u0000b":1,"Name":2,"name":3,"c":4}')).toEqual([{ Name: '2', c: '4' }])
  })
})

describe('values of JSON', () => {
  it('are texts: scalars plain, nested ones as JSON, null as NULL', async () => {
    const object = `{"text":"x","empty":"","null text":"null","none":null,"yes":true,"no":false,"int":-12,"big":18446744073709551615,
      "real":1.5,"list":[1,"a",null],"object":{"k":{"l":[]}},"json text":"{\\"a\\":1}"}`
    expect(await world.read(object)).toEqual([
      {
        text: 'x',
        empty: '',
        'null text': 'null',
        none: null,
        yes: 'true',
        no: 'false',
        int: '-12',
        big: '18446744073709551615',
        real: '1.5',
        list: '[1,"a",null]',
        object: '{"k":{"l":[]}}',
        'json text': '{"a":1}',
      },
    ])
  })

  it('of mixed kinds share a column', async () => {
    expect(await world.read('{"a":1}\n{"a":"x"}\n{"a":{"b":1}}\n{"a":[2]}\n{"a":null}\n{}\n')).toEqual([
      { a: '1' },
      { a: 'x' },
      { a: '{"b":1}' },
      { a: '[2]' },
      { a: null },
      { a: null },
    ])
  })

  it('keep escapes, NULs and characters of any plane', async () => {
    const text = 'tab\t quote" back\\ line\n NUL\u0000 é 日本 🎧'
    const escaped = [...text].map((c) =>
      [...c.split('')].map((u) => `\\u${u.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    )
    expect(await world.read(`{"plain":${JSON.stringify(text)},"escaped":"${escaped.join('')}"}`)).toEqual([
      { plain: text, escaped: text },
    ])
  })

  it('of a key that an object has twice are the first', async () => {
    expect(await world.read('{"a":1,"a":2}\n{"a":3,"b":{"c":4,"c":5}}\n')).toMatchObject([
      { a: '1' },
      { a: '3' },
    ])
  })

  it('may be nested deep', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(await world.read(`{"a":${deep}}`)).toEqual([{ a: deep }])
  })
})

describe('large JSON objects', () => {
  const long = 'x'.repeat(18_000_000)

  it.each([
    ['lines', `{"a":"${long}"}\n{"a":"${long}"}\n`, 2],
    ['a pretty-printed object', `{\n"a": "${long}"\n}`, 1],
    ['an array', `[{"a": "${long}"},{"a":"y"}]`, 2],
  ])('beyond 16 MB are read from %s', async (_, content, count) => {
    const { from } = await world.open(content)
    const [row] = await world.query(`SELECT count(*)::INTEGER n, max(length(a))::INTEGER l FROM ${from}`)
    expect(row).toEqual({ n: count, l: long.length })
  })
})

describe('a JSON file is set aside', () => {
  const cut = 'The file is incomplete: it ends in the middle of a JSON value.'
  const open2 = 'The file is incomplete: its end is missing.'

  it.each([
    ['cut in its last line', '{"a":1}\n{"a":2}\n{"a":', cut],
    ['cut in its last line behind a value', '{"a":1}\n{"a":2', cut],
    ['cut in its only object', '{\n "a": {"b": 1}\n', cut],
    ['cut in an array behind an element', '[{"a":1},{"a":2}', open2],
    ['cut in an array behind a comma', '[{"a":1},{"a":2},\n', open2],
    ['of an array that has just begun', '[', open2],
    ['of an array whose last list looks like its end', '[{"a":1},{"a":[2]', cut],
    ['ill-formed at a line', '{"a":1}\n{"a":oops}\n{"a":3}\n', 'Its JSON is ill-formed in object 2.'],
    ['ill-formed after blank lines', '{"a":1}\n\n\n{"a":oops}\n', 'Its JSON is ill-formed in object 2.'],
    ['ill-formed in one object', '{\n"a": oops\n}', 'Its JSON is ill-formed.'],
    ['with text behind an object', '{"a":1} and so on', 'Its JSON is ill-formed.'],
    ['with objects behind an array', '[{"a":1}]\n[{"a":2}]', 'Its JSON is ill-formed.'],
    [
      'filled up with NULs',
      `{"a":"${'x'.repeat(2000)}"}\n${'\0'.repeat(2000)}`,
      'Its JSON is ill-formed in object 2.',
    ],
    ['of text that begins with a bracket', '[link](to) here', open2],
    ['of numbers', '[1,2]', 'It holds JSON values that are no objects.'],
    ['of objects and a list', '{"a":1}\n[2]\n', 'It holds JSON values that are no objects.'],
    ['without rows', '[]', 'It holds no rows.'],
    ['without keys', '{}\n{}\n', 'It holds no rows.'],
  ])('%s', async (_, content, reason) => {
    expect(await world.refuse(content)).toMatchObject({ code: 'unreadable_file', message: reason })
  })

  it('in another encoding', async () => {
    expect(await world.refuse(Buffer.from('{"a":"\xe4"}', 'latin1'))).toMatchObject({
      message: 'It is not in UTF-8.',
    })
    expect(await world.refuse(Buffer.from('{"a":"x"}', 'utf16le'))).toMatchObject({
      message: 'It is in no format that can be read.',
    })
  })

  it('with thousands of different keys', async () => {
    const object = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`k${i}`, i]))
    expect(await world.refuse(JSON.stringify(object))).toMatchObject({
      message: 'Its objects have more than 2000 different keys.',
    })
    const { k2000: _, ...fewer } = object
    expect((await world.open(JSON.stringify(fewer))).columns.size).toBe(2000)
  })

  it('and nothing of what the database says goes out', async () => {
    const details = await world.refuse('{"a":1}\n{"secret text": oops}\n')
    expect(JSON.stringify(details)).not.toMatch(/secret|Invalid Input|byte|f\d+\.json/)
  })
})
