/** NUL ends a text in SQL, so that what follows it would be cut off. */
function quote(text: string, mark: '"' | "'"): string {
  if (text.includes('\0')) throw new Error('a NUL character in SQL text')
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`
}

/** A name as a quoted SQL identifier. Throws at a NUL character. */
export const quoteName = (name: string): string => quote(name, '"')

/**
 * A text as a SQL literal, for the places where no parameter is allowed (COPY targets, SET, view definitions).
 * Never for a caller's values: those are parameters. Throws at a NUL character.
 */
export const quoteText = (text: string): string => quote(text, "'")
