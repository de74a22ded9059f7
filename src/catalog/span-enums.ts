/** The span kinds, each at its protocol number. Source: opentelemetry-proto, trace.proto, SpanKind. */
export const spanKinds: readonly string[] = [
  'Unspecified',
  'Internal',
  'Server',
  'Client',
  'Producer',
  'Consumer',
]

/** The status codes, each at its protocol number. Source: opentelemetry-proto, trace.proto, StatusCode. */
export const statusCodes: readonly string[] = ['Unset', 'Ok', 'Error']
