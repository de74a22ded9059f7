/**
 * To be raised with each change of what `chunkDocument` gives or of what is searched of it, so that indices are rebuilt. It has
 * a file of its own because servers compare it without loading the parser.
 */
export const chunkerVersion = 4
