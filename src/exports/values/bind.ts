/** SQL over a value that is named, so that an expression that is used several times is worked out once a row. */
export const bind = (sql: string, name: string, body: (name: string) => string): string =>
  `list_transform([${sql}], lambda ${name}: ${body(name)})[1]`
