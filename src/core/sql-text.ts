/** A name as a quoted SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * A text as a SQL literal, for the places where no parameter is allowed (COPY targets, SET, view definitions).
 * Never for a caller's values: those are parameters.
 */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
