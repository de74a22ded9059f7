/** More columns than this are no table that somebody exported; reading them takes more memory than there may be. */
export const maxColumns = 2000
