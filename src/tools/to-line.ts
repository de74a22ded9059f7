/** A value from the data on one line, so that it can't pass for lines of the answer around it. */
export const toLine = (text: string): string => text.replaceAll(/\r\n|[\n\r\u2028\u2029]/g, '\\n')
