/** FROM clause of the raw spans of a name. */
export const from = (spanName: string): string => `FROM spans WHERE SpanName = '${spanName}'`

/** An attribute of a raw span as text; NULL where it has none. */
export const text = (key: string): string => `nullif(SpanAttributes['${key}'], '')`

/** An attribute of a raw span as a number. */
export const number = (key: string): string => `CAST(${text(key)} AS DOUBLE)`

/** Nanoseconds since the epoch, as text: too long for a number. */
export const nanoseconds = 'CAST(epoch_ns("Timestamp") AS VARCHAR)'
