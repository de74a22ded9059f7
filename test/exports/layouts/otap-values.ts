export const trace = '0af7651916cd43dd8448eb211c80319c'

export const [first, second] = ['b7ad6b7169203331', '00f067aa0ba902b7']

/** CBOR of ["a", 1] and {"k": true, "n": null}, without stated lengths as the exporter writes them. */
export const [list, map] = ['9f616101ff', 'bf616bf5616ef6ff']
