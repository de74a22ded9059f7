/** SQL for the unsigned number that the hexadecimal digits of a protobuf varint stand for. */
const toVarint = (digits: string) =>
  `list_sum(list_transform(range(length(${digits}) // 2), lambda i: CAST(CAST(concat('0x', substr(${digits}, 2 * i + 1, 2)) AS INTEGER) & 127 AS HUGEINT) << (7 * i)))`

/** SQL for a text whose length stands before it: one byte of length up to 127 bytes, two up to 16,383, and so on. */
const toLengthText = (blob: string, hex: string) =>
  `decode(unhex(substr(${hex}, CASE WHEN octet_length(${blob}) < 130 THEN 5 WHEN octet_length(${blob}) < 16387 THEN 7 ELSE 9 END)))`

/**
 * SQL for the text of an AnyValue in bytes: JSON text as it is, or protobuf of a string, boolean or integer. NULL for other
 * kinds. Source: opentelemetry-proto, common.proto, AnyValue; protobuf's wire format.
 */
export function toProtoText(blob: string): string {
  const hex = `hex(${blob})`
  const number = toVarint(`substr(${hex}, 3)`)
  return `CASE left(${hex}, 2)
    WHEN '0A' THEN TRY(${toLengthText(blob, hex)})
    WHEN '10' THEN if(right(${hex}, 1) = '0', 'false', 'true')
    WHEN '18' THEN TRY(CAST(CASE WHEN ${number} >= 9223372036854775808::HUGEINT THEN ${number} - 18446744073709551616::HUGEINT ELSE ${number} END AS VARCHAR))
  END`
}
