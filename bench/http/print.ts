export const say = (text = '') => process.stdout.write(`${text}\n`)

type Cell = readonly (string | number)[]

/** A row of a Markdown table; numbers with one place, small ones with two. */
export const row = (...cells: Cell) =>
  say(
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 10 ? 2 : 1) : cell)).join(' | ')} |`,
  )

export const header = (...names: readonly string[]) => {
  say()
  row(...names)
  row(...names.map(() => '---'))
}
