import { describe, expect, it } from 'vitest'
import { toPlainText } from '../../src/knowledge/markdown/plain-text.ts'

describe('what a reader sees', () => {
  it.each([
    ['See [the *guide*](../guide.md "Guide") now.', 'See the *guide* now.'],
    ['See [RFC](https://x.example/a_(b)) and ![a chart](img/c.png).', 'See RFC and a chart.'],
    ['See [the guide][g] and [this].', 'See the guide and [this].'],
    ['[g]: https://x.example "Title"', ''],
    ['Press <kbd>Esc</kbd>.', 'Press   Esc  .'],
    ['<Tabs><TabItem label="Linux" value="l">', '   Linux '],
    ["<img src='x.png' alt='A phone'/>", ' A phone '],
    ['One<br>two, a List<String> and a Map<K, V>.', 'One  two, a List<String> and a Map<K, V>.'],
    ['Use Array<string> or <your-token> or a < b > c.', 'Use Array<string> or <your-token> or a < b > c.'],
    ['Set `<div class="a">` and `[x](y)`, [`z`](y).', 'Set `<div class="a">` and `[x](y)`, `z`.'],
    ["import Tabs from '@theme/Tabs';", ''],
    ['export const meta = {}', ''],
    ['import the data from a folder', 'import the data from a folder'],
    ["import data from 'exports' folder to the lake.", "import data from 'exports' folder to the lake."],
    ['export const is a keyword', 'export const is a keyword'],
    ['## Set up {#setup}', '## Set up '],
    ['{{< note >}}Mind this{{< /note >}} {% include x %}', ' Mind this   '],
    ['> [!WARNING]', '> WARNING'],
    [':::tip[Good to know]', 'tip Good to know'],
    [':::', ' '],
    ['!!! danger "Do not"', 'danger Do not'],
    ['a <!-- hidden [x](y) --> b', 'a   b '],
    ['a <!-- hidden\n[x](y)\n--> [b](c)', 'a  \n\n b '],
    ['- [ ] a task', '- [ ] a task'],
    ['| [a](b) | c |', '| a | c |'],
  ])('%s', (markdown, plain) => {
    expect(toPlainText(markdown)).toBe(plain)
  })

  it('is all of a code block, to its own end', () => {
    const code = '```jsx\n<Tabs>[a](b)\n~~~\nimport x from "y"\n```'
    expect(toPlainText(`[a](b)\n${code}\n[c](d)`)).toBe(`a\n${code}\nc`)
    const xml = '```xml\n<!-- kept -->\n```python\n[a](b)\n```'
    expect(toPlainText(`${xml}\n[c](d)`)).toBe(`${xml}\nc`)
    expect(toPlainText('~~~~\n~~~\n[a](b)\n~~~~\n[c](d)')).toBe('~~~~\n~~~\n[a](b)\n~~~~\nc')
  })

  it.each(['{{<', '[', '[a](', '![[', '<A ', '<!--', ':::', "import x from '", '(a('])(
    'of %s a thousand times takes no time',
    (piece) => {
      const text = piece.repeat(1_000)
      const started = performance.now()
      expect(toPlainText(text).length).toBeLessThanOrEqual(text.length)
      expect(performance.now() - started).toBeLessThan(1_000)
    },
  )
})
