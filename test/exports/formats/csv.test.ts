import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})
afterAll(() => world.close())

let files = 0
const next = () => `f${++files}.csv`

const two = [
  { a: '1', b: 'x' },
  { a: '2', b: 'y' },
]

describe('CSV', () => {
  it.each([
    ['commas', 'a,b\n1,x\n2,y\n'],
    ['commas, the last line without its end', 'a,b\n1,x\n2,y'],
    ['semicolons', 'a;b\n1;x\n2;y\n'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n'],
    ['Windows line ends', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['a byte order mark', '\uFEFFa,b\n1,x\n2,y\n'],
    ['a byte order mark before quotes', '\uFEFF"a","b"\n"1","x"\n"2","y"\n'],
    ['quotes', '"a","b"\r\n"1","x"\r\n"2","y"\r\n'],
    ['blank lines', 'a,b\n\n1,x\n\n2,y\n\n'],
  ])('with %s is read', async (_, content) => {
    expect(await world.read(content, next())).toEqual(two)
  })

  it.each(['x.csv', 'x.CSV', 'x.tsv', "it's [1]*.csv"])('is told by the name %s', async (name) => {
    expect(await world.read('a,b\n1,x\n2,y\n', name)).toEqual(two)
  })

  it('is told by nothing else', async () => {
    expect(await world.refuse('a,b\n1,x\n', 'x.txt')).toMatchObject({
      message: 'It is in no format that can be read.',
    })
  })

  it('keeps what stands in quotes', async () => {
    const texts = [
      'a,b;c\td',
      'say "hi"',
      'two\nlines',
      'two\r\nlines',
      '{"k":"v, w","l":[1]}',
      ' blanks ',
      'Ä 日本 🎧',
    ]
    const content = `n,text\n${texts.map((text, i) => `${i},"${text.replaceAll('"', '""')}"`).join('\n')}\n`
    expect(await world.read(content, next())).toEqual(texts.map((text, i) => ({ n: String(i), text })))
  })

  it('has NULL for an empty field, and texts for everything else', async () => {
    expect(await world.read('a,b,c,d,e\n,"",NULL,007,1e3\n', next())).toEqual([
      { a: null, b: '', c: 'NULL', d: '007', e: '1e3' },
    ])
  })

  it('has a column for each name, though names are blank or the same', async () => {
    const name = next()
    const { columns, from } = await world.open('a,a,A,,"x ""y"", z","two\nlines",a_1\n1,2,3,4,5,6,7\n', name)
    const names = ['a', 'a_1', 'A_2', 'column3', 'x "y", z', 'two\nlines', 'a_1_1']
    expect([...columns]).toEqual(names.map((column) => [column, 'VARCHAR']))
    expect(await world.query(`SELECT * FROM ${from}`)).toEqual([
      Object.fromEntries(names.map((column, i) => [column, String(i + 1)])),
    ])
  })

  it('may have one column, or no rows', async () => {
    expect(await world.read('a\n1\n2\n', next())).toEqual([{ a: '1' }, { a: '2' }])
    expect(await world.read('a,b\n', next())).toEqual([])
  })

  it('may have rows of several megabytes, and names beyond what tells a format', async () => {
    const long = 'x'.repeat(5_000_000)
    expect(await world.read(`a,b\n1,"${long}"\n`, next())).toEqual([{ a: '1', b: long }])
    const names = Array.from({ length: 500 }, (_, i) => `column number ${i}`)
    const { columns } = await world.open(`${names.join(';')}\n${names.map(() => 1).join(';')}\n`, next())
    expect([...columns.keys()]).toEqual(names)
  })

  it('takes the names of other code as names', async () => {
    const evil = `x'); DROP TABLE t; --`
    expect(await world.read(`"${evil}","a""b': 'INT'}"\n1,2\n`, next())).toEqual([
      { [evil]: '1', [`a"b': 'INT'}`]: '2' },
    ])
  })
})

describe('a CSV file is set aside', () => {
  const fields = 'It has more or fewer fields than the first line.'
  const quotes = 'Its quotes do not close, or something follows them.'
  const late = `a,b\n${'1,2\n'.repeat(100_000)}`

  it.each([
    ['with a field too few', 'a,b\n1,2\n3\n', `Its line 3 cannot be read. ${fields}`],
    ['with a field too many', 'a,b\n1,2\n3,4,5\n', `Its line 3 cannot be read. ${fields}`],
    ['with a field too few far down', `${late}3\n`, `Its line 100002 cannot be read. ${fields}`],
    ['cut in quotes', 'a,b\n1,2\n3,"cut', `Its line 3 cannot be read. ${quotes}`],
    ['with text behind quotes', 'a,b\n1,"x"y\n', `Its line 2 cannot be read. ${quotes}`],
    ['with backslashes before quotes', 'a,b\n1,"\\"x, y\\""\n', `Its line 2 cannot be read. ${quotes}`],
    ['cut in the quotes of its first line', '"a,b', 'The quotes of its first line do not close.'],
    ['with line ends of two kinds', 'a,b\r\n1,2\r\n3,4\n5,6\r\n', 'Its rows cannot be read as CSV.'],
  ])('%s', async (_, content, reason) => {
    expect(await world.refuse(content, next())).toMatchObject({ code: 'unreadable_file', message: reason })
  })

  it('in another encoding', async () => {
    expect(await world.refuse(Buffer.from('a,b\n1,\xe4\n', 'latin1'), next())).toMatchObject({
      message: 'Its line 2 cannot be read. It is not in UTF-8.',
    })
  })

  it('and nothing of its rows goes out', async () => {
    const details = await world.refuse('a,b\n1,2,secret\n', next())
    expect(JSON.stringify(details)).not.toMatch(/secret|Invalid Input|delimiter|f\d+\.csv/)
  })
})

describe('CSV with a line of types', () => {
  const types = [
    '"String","Map(LowCardinality(String), String)"',
    'UInt64,DateTime64(9)',
    'Nullable(String),Array(JSON)',
  ]

  it.each(types)('is read without it: %s', async (line) => {
    expect(await world.read(`a,b\n${line}\n1,x\n2,y\n`, next())).toEqual(two)
    expect(await world.read(`a,b\r\n${line}\r\n1,x\r\n2,y\r\n`, next())).toEqual(two)
  })

  it('has none where one field is no type', async () => {
    expect(await world.read('a,b\nString,Stringy\n', next())).toEqual([{ a: 'String', b: 'Stringy' }])
    expect(await world.read('a,b\nString,\n', next())).toEqual([{ a: 'String', b: null }])
  })
})

describe('text separated by tabs, as ClickHouse escapes it', () => {
  it('is read without its backslashes, but for maps and lists', async () => {
    const line = String.raw`it\'s\ttab\nline \\ "q"	{'k':'it\'s'}	['a\'b']	{"j":"\\n"}`
    expect(await world.read(`a\tb\tc\td\n${line}\n`, next())).toEqual([
      {
        a: 'it\'s\ttab\nline \\ "q"',
        b: String.raw`{'k':'it\'s'}`,
        c: String.raw`['a\'b']`,
        d: String.raw`{"j":"\n"}`,
      },
    ])
  })

  it('has a sign for NULL, and nothing at all for an empty text', async () => {
    expect(await world.read('a\tb\tc\n\\N\t\t"x\n', next())).toEqual([{ a: null, b: '', c: '"x' }])
  })

  it('is something else where fields stand in quotes', async () => {
    const rows = [{ a: 'x\\n"y"', b: 'C:\\new' }]
    expect(await world.read('a\tb\n"x\\n""y"""\tC:\\new\n', next())).toEqual(rows)
  })
})

it('sets CSV of thousands of columns aside', async () => {
  const line = Array.from({ length: 2001 }, (_, i) => `c${i}`).join(',')
  expect(await world.refuse(`${line}\n`, next())).toMatchObject({ message: 'It has more than 2000 columns.' })
})
