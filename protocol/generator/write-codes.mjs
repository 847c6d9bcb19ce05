import { BANNER, doc, readIn, sinceText } from './text.mjs'

/** response-codes.ts: numbers by name, and the names of a number. */
export function responseCodesFile({ responseCodes }) {
  const rows = responseCodes.codes.map((row) => `${doc([sinceText(row)], '  ')}  ${row.name}: ${row.code}`)
  return [
    BANNER,
    doc(['What an answer says.', readIn(responseCodes.source)]),
    `export const ResponseCode = {\n${rows.join(',\n')}\n} as const\n\n`,
    `export type ResponseCodeName = keyof typeof ResponseCode\n`
  ].join('')
}

/** peers.ts: language codes and version ordinals. */
export function peersFile({ peers }) {
  const languages = Object.entries(peers.languages).map(([name, code]) => `  ${name}: ${code}`)
  const releases = Object.entries(peers.releases).map(([name, ordinal]) => `  V${name.replaceAll('.', '_')}: ${ordinal}`)
  return [
    BANNER,
    doc(['Language codes of the header.', readIn(peers.source)]),
    `export const LanguageCode = {\n${languages.join(',\n')}\n} as const\n\n`,
    `export type LanguageName = keyof typeof LanguageCode\n\n`,
    doc(["What releases write into the header's version, as far as behaviour depends on it."]),
    `export const ReleaseVersion = {\n${releases.join(',\n')}\n} as const\n`
  ].join('')
}
